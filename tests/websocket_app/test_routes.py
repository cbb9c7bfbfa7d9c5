"""Lessons 9 and 10: addresses, refusals, subprotocols, the echo."""

import os
import subprocess
import sys
import textwrap

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus


@pytest.mark.parametrize(
    "message",
    ["", "ping", "é\x00🏓", b"", b"\x00\xff", os.urandom(2**20), "é" * 2**19],
    ids=["empty", "text", "unicode", "no bytes", "bytes", "1 MiB of bytes", "1 MiB of text"],
)
def test_the_echo_returns_it_as_it_came(server, message):
    with server.connect("/echo") as ws:
        ws.send(message)
        assert ws.recv(timeout=5) == message


def test_the_echo_puts_fragments_together(server):
    with server.connect("/echo") as ws:
        ws.send(["pi", "n", "g"])
        assert ws.recv(timeout=5) == "ping"


def test_a_parameter_from_the_address(server):
    with server.connect("/echo/2") as ws:
        for message in "one", "two":
            ws.send(message)
            assert ws.recv(timeout=5) == message
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(timeout=5)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1000, "That was the last one")


@pytest.mark.parametrize("offered, chosen", [(None, None), (["echo"], "echo"), (["x", "echo"], "echo"), (["x"], None)])
def test_a_subprotocol_is_chosen_among_those_offered(server, offered, chosen):
    with server.connect("/echo", subprotocols=offered) as ws:
        assert ws.subprotocol == chosen


@pytest.mark.parametrize("path", ["/nowhere", "/echo/", "/echo/x", "/echo/-1", "/admin/", "/ping"])
def test_an_unknown_address_is_a_404_with_a_body(server, path):
    before = server.log()
    with pytest.raises(InvalidStatus) as refused, server.connect(path):
        pass
    assert refused.value.response.status_code == 404
    assert bytes(refused.value.response.body) == b"No WebSocket lives at this address.\n"
    (line,) = server.log().removeprefix(before).splitlines()
    assert line == f"404 {path!r}: No WebSocket lives at this address."


def test_the_query_string_changes_no_address(server):
    with server.connect("/?room=1") as ws:
        ws.send("ping")
        assert ws.recv(timeout=5) == "pong!"


@pytest.fixture
def by_hand(project):
    """Drive an application with no server: what a program prints, line by line."""

    def run(program):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            cwd=project.folder,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "websocket_app.settings"},
            capture_output=True,
            text=True,
            timeout=10,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


@pytest.mark.parametrize("offered", [False, True], ids=["without", "with"])
def test_a_refusal_where_the_server_has_the_extension_and_where_not(by_hand, offered):
    """uvicorn always has it."""
    seen = by_hand(f"""
        import asyncio
        from websocket_app.refuse import refusal

        async def main():
            events = [{{"type": "websocket.connect"}}, *[{{"type": "websocket.disconnect"}}] * 2]
            async def receive(): return events.pop(0)
            async def send(event): print(event["type"], event.get("status"), event.get("body"))
            extensions = {{"websocket.http.response": {{}}}} if {offered} else {{}}
            scope = {{"type": "websocket", "path": "/", "extensions": extensions}}
            await refusal(401, "Who are you?")(scope, receive, send)

        asyncio.run(main())
    """)
    if offered:
        start, body = seen
        assert start == "websocket.http.response.start 401 None"
        assert body == "websocket.http.response.body None b'Who are you?\\n'"
    else:
        assert seen == ["websocket.close None None"]


def test_a_project_below_a_path_of_its_own(by_hand):
    """uvicorn puts root_path in front of scope["path"]; routes are written without it."""
    seen = by_hand("""
        import asyncio
        import websocket_app.asgi
        from django.urls import path
        from websocket_app import routing

        async def handler(scope, receive, send, number):
            print("floor", number)

        routing.urlpatterns.append(path("floor/<int:number>", handler))
        scope = {"type": "websocket", "path": "/app/floor/7", "root_path": "/app"}
        asyncio.run(routing.route(scope, None, None))
    """)
    assert seen == ["floor 7"]


def test_an_unknown_type_of_scope_is_an_error_that_names_it(by_hand):
    seen = by_hand("""
        import asyncio
        from websocket_app.asgi import application

        try:
            asyncio.run(application({"type": "carrier pigeon"}, None, None))
        except NotImplementedError as error:
            print(error)
    """)
    assert seen == ["Unknown scope type carrier pigeon"]
