"""Lesson 8: starting, sharing, stopping."""

import asyncio
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest
from serving import PRODUCTION
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

STUBBORN = """
import asyncio

async def websocket_application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        await asyncio.sleep(3600)
"""

LIFESPAN = """
async def lifespan_application(scope, receive, send):
    await receive()
    raise RuntimeError("the first line that failed")
"""

SHARING = """
async def websocket_application(scope, receive, send):
    while True:
        event = await receive()
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        if event["type"] == "websocket.disconnect":
            break
        if event["type"] == "websocket.receive":
            number = len(scope["state"]["connections"])
            await send({"type": "websocket.send", "text": str(number)})
"""


def test_connections_share_the_state(site):
    site.write("websocket.py", SHARING)
    with site.serve() as server, server.connect() as one:
        with server.connect() as two, server.connect("/echo"):
            two.send("how many?")
            assert two.recv(timeout=5) == "3"
        # Both have said goodbye, and the server notes it a moment after they know.
        for _ in range(50):
            one.send("how many?")
            if one.recv(timeout=5) == "1":
                return
        pytest.fail("connections that ended are still counted")


def test_a_start_without_allowed_hosts_fails_in_one_sentence(site):
    done = subprocess.run(
        [sys.executable, "-m", "uvicorn", "websocket_app.asgi:application", "--port", "0", "--lifespan", "on"],
        cwd=site.folder,
        env=site.environment(PRODUCTION | {"DJANGO_ALLOWED_HOSTS": ""}),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 3
    assert "Set DJANGO_ALLOWED_HOSTS to the names of your site" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_lifespan_stops_the_start(site):
    site.write("lifespan.py", LIFESPAN)
    done = site.manage("serve", "--port", "0")
    assert done.returncode == 3
    assert "the first line that failed" in done.stderr
    assert "Serving" not in done.stdout


@pytest.mark.parametrize("handler", [None, STUBBORN], ids=["finished", "ignores disconnect"])
def test_a_graceful_stop_tells_every_client(site, handler):
    if handler:
        site.write("websocket.py", handler)
    with site.serve() as server, ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(20)]
        before = time.perf_counter()
        server.process.terminate()
        for client in clients:
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(timeout=5)
            assert closed.value.rcvd.code == 1012
        server.process.wait(5)
        assert time.perf_counter() - before < 5
        assert "Traceback" not in server.log()
        assert server.log().count("Still busy at the stop") == (20 if handler else 0)


@pytest.mark.parametrize("path", ["/", "/echo"])
def test_sigterm_under_traffic(site, path):
    async def talk(server, answered):
        async with connect(server.ws + path, proxy=None) as ws:
            while True:
                await ws.send("ping")
                await asyncio.wait_for(ws.recv(), 5)
                answered.set()

    async def many(server):
        answered = [asyncio.Event() for _ in range(50)]
        clients = [asyncio.create_task(talk(server, each)) for each in answered]
        await asyncio.wait_for(asyncio.gather(*(each.wait() for each in answered)), 10)
        server.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(asyncio.gather(*clients, return_exceptions=True), 5)

    with site.serve(WEBSOCKET_MESSAGES_PER_SECOND="1000000") as server:
        endings = asyncio.run(many(server))
        server.process.wait(5)
        assert all(isinstance(ending, ConnectionClosed) for ending in endings), endings
        assert {ending.rcvd and ending.rcvd.code for ending in endings} == {1012}
        assert server.log().replace("Serving", "") == ""
