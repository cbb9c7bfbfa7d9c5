"""Lesson 16: whoever is in a room hears what is said there, and nobody waits for a slow client."""

import re
import time
from contextlib import ExitStack

import pytest
from serving import Visitor
from websockets.exceptions import InvalidStatus
from wire import handshake, raw, read_close, read_status

LONG = "x" * 60_000
DRIVE = """
import asyncio
from django.contrib.auth.models import AnonymousUser
from websocket_app import chat
from websocket_app.rooms import room_application, rooms

async def drive():
    events, sent = asyncio.Queue(), asyncio.Queue()
    scope = {"type": "websocket", "user": AnonymousUser()}
    for event in ({"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hello"}):
        events.put_nowait(event)
    handler = asyncio.create_task(room_application(scope, events.get, sent.put, "lobby"))
    for _ in range(2):  # websocket.accept and the message
        await asyncio.wait_for(sent.get(), 5)
    assert list(rooms) == ["lobby"]
    events.put_nowait({"type": "websocket.disconnect", "code": 1001})
    await asyncio.wait_for(handler, 5)
    assert rooms == chat.told == {}
    chat.hearing.cancel()
    await asyncio.wait([chat.hearing])
    assert asyncio.all_tasks() == {asyncio.current_task()}
    print("nothing is left")

asyncio.run(drive())
"""


def hear_line(ws, lists=None):
    """The next message, with its number, that is not a list of who is here; such lists are added to `lists`."""
    while (text := ws.recv(timeout=10)).startswith("Here: "):
        if lists is not None:
            lists.append(text)
    return text


def hear(ws, lists=None):
    """The same without the number that a message has; a note of the room has none."""
    return said(hear_line(ws, lists))


def said(text):
    return re.sub(r"^\d+ ", "", text)


def hear_list(ws, expected):
    """Read on until the list of who is here says this."""
    while ws.recv(timeout=10) != expected:
        pass


def fill(talker, listener):
    """Say more than the buffers of a third who does not read can hold; the others hear all of it.

    It ends when the list says that the third is out, or a slow machine would take until the Pings find out.
    """
    hear_list(talker, "Here: nobody, nobody, nobody")
    lists, number = [], 0
    while "Here: nobody, nobody" not in lists:
        number += 1
        assert number < 1000, lists
        talker.send(f"{number} {LONG}")
        for ws in talker, listener:
            assert hear(ws, lists) == f"nobody: {number} {LONG}"


def test_a_room_hears_what_is_said_there_and_another_does_not(server):
    with server.connect("/room/one") as ada, server.connect("/room/one") as grace, server.connect("/room/two") as alan:
        ada.send(b"\x00")
        ada.send("")
        ada.send("hello")
        for ws in ada, grace:
            assert hear(ws) == "nobody: hello"  # of nothing, nothing is told
        alan.send("who is there?")
        assert hear(alan) == "nobody: who is there?"


def test_it_tells_who_is_here(developing):
    cookies = [Visitor(developing).log_in(name).cookie_header() for name in ("ada", "grace")]
    with developing.connect("/room/who", additional_headers=cookies[0]) as ada:
        with developing.connect("/room/who", additional_headers=cookies[1]) as grace:
            for ws in ada, grace:
                hear_list(ws, "Here: ada, grace")
            grace.send("hello")
            assert hear(ada) == "grace: hello"
        hear_list(ada, "Here: ada")


def test_many_who_come_at_once_cost_nobody_the_seat(server):
    with ExitStack() as stack:
        crowd = [stack.enter_context(server.connect("/room/crowd")) for _ in range(60)]
        for ws in crowd:
            hear_list(ws, "Here: " + ", ".join(["nobody"] * 60))


@pytest.mark.parametrize("name", ["", "../lobby", "a/b", "%00", "%F0%9F%98%80", "two words".replace(" ", "%20")])
def test_what_is_not_a_name_is_not_found(server, name):
    with pytest.raises(InvalidStatus) as refused, server.connect(f"/room/{name}"):
        pass
    assert refused.value.response.status_code == 404


def test_a_slow_client_stalls_nobody_and_is_told_4008(site):
    serve = "management/commands/serve.py"
    code = (site.folder / "websocket_app" / serve).read_text()
    assert '"ws_ping_interval": 4,' in code
    site.write(serve, code.replace('"ws_ping_interval": 4,', '"ws_ping_interval": 60,'))  # or they may be first
    with site.serve(WEBSOCKET_MESSAGES_PER_SECOND="100000") as server:
        with server.connect("/room/slow") as ada, server.connect("/room/slow") as grace:
            with raw(server, handshake(server, "/room/slow")) as slow:
                assert read_status(slow) == 101
                fill(ada, grace)
                assert read_close(slow) == 4008
        assert "Error" not in server.log()


def test_one_that_never_reads_leaves_the_room_its_seat_and_lets_the_server_stop(site):
    with site.serve(WEBSOCKET_CONNECTIONS="3", WEBSOCKET_MESSAGES_PER_SECOND="100000") as server:
        with server.connect("/room/silent") as ada, server.connect("/room/silent") as grace:
            with raw(server, handshake(server, "/room/silent")) as slow:
                assert read_status(slow) == 101
                fill(ada, grace)
                until = time.monotonic() + 20
                while True:  # The handler ends, and with it the seat is free.
                    try:
                        with server.connect("/"):
                            break
                    except InvalidStatus as refused:
                        assert refused.response.status_code == 503
                        assert time.monotonic() < until, "the handler has not ended"
                assert "Error" not in server.log(), server.log()
                server.process.terminate()
                server.process.wait(10)


def test_who_stops_reading_is_out_within_ten_seconds_and_the_others_go_on(site):
    """Short messages fill no buffer; the Pings of `manage.py serve` find out."""
    path = "/room/chat"
    with site.serve() as server, ExitStack() as stack:
        crowd = [stack.enter_context(server.connect(path)) for _ in range(50)]
        hear_list(crowd[0], "Here: " + ", ".join(["nobody"] * 50))

        def stop_reading():
            for _ in range(2):
                assert read_status(stack.enter_context(raw(server, handshake(server, path)))) == 101

        stop_reading()
        began, number, here = time.monotonic(), 0, []
        while not (len(here) > 1 and here[-1] == 50):  # 52, then 50
            assert time.monotonic() - began < 10, here
            crowd[0].send(str(number))
            for ws in crowd:
                asked, lists = time.monotonic(), []
                assert hear(ws, lists) == f"nobody: {number}"
                assert time.monotonic() - asked < 1
            here += [text.count("nobody") for text in lists]
            number += 1
            time.sleep(0.2)
        stop_reading()
        began = time.monotonic()
        server.process.terminate()
        server.process.wait(5)
        assert "Error" not in server.log() and "Traceback" not in server.log(), server.log()


def test_no_room_and_no_task_is_left(site):
    """Driven with no socket: when all have left, there is nothing."""
    done = site.manage("shell", "--no-imports", "-c", DRIVE)
    assert (done.returncode, done.stdout) == (0, "nothing is left\n"), done.stderr
