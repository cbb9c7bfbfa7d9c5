"""Lesson 15: an answer word by word, and nothing that goes on without its client."""

import asyncio
import runpy
import time
from contextlib import ExitStack

import pytest
from copies import FINISHED
from websockets.exceptions import ConnectionClosed

WORK = "    time.sleep(0.25)"
LAST = "piece more."
COUNTED = '    import sys; print("piece", word, file=sys.stderr, flush=True); time.sleep(0.1)'
BROKEN = '    raise LookupError("no such word")'
ALL = (
    "This answer takes five seconds. Each word comes as soon as it is ready. You need not wait for more. (end)".split()
)


def wait_until(true):
    """Wait until `true()`, ten seconds at most."""
    until = time.monotonic() + 10
    while not true():
        assert time.monotonic() < until, "it did not happen within ten seconds"
        time.sleep(0.02)


def change(site, old, new):
    stream = (site.folder / "websocket_app" / "stream.py").read_text()
    assert old in stream
    site.write("stream.py", stream.replace(old, new))


@pytest.fixture
def counting(site):
    """A server whose log has a line for each piece of work."""
    change(site, WORK, COUNTED)
    with site.serve() as server:
        yield server
        server.assert_well()


def assert_nothing_goes_on(server):
    """A whole answer later, no work that began earlier has come to its end."""
    before = server.log().count(LAST)
    with server.connect("/stream") as ws:
        ws.send("How long?")
        assert [ws.recv(timeout=5) for _ in ALL] == ALL
    assert server.log().count(LAST) == before + 1, "somebody else's work has gone on"


def test_the_answer_comes_word_by_word(server):
    with server.connect("/stream") as ws:
        ws.send("How long?")
        assert [ws.recv(timeout=5) for _ in ALL] == ALL


def test_stop_ends_the_answer_and_the_next_question_is_answered(counting):
    with counting.connect("/stream") as ws:
        for _ in range(2):
            ws.send("How long?")
            assert [ws.recv(timeout=5) for _ in range(2)] == ALL[:2]
            ws.send("stop")
            rest = []
            while (word := ws.recv(timeout=5)) != "(stopped)":
                rest.append(word)
            assert rest == ALL[2 : 2 + len(rest)] and "(end)" not in rest
    assert_nothing_goes_on(counting)


def test_a_new_question_takes_the_place_of_the_old_one(counting):
    with counting.connect("/stream") as ws:
        for _ in range(5):
            ws.send("How long?")
        ws.send(b"\x00")
        heard = [ws.recv(timeout=5) for _ in ALL]
    assert heard == ALL, "words of two answers are mixed"


def test_stop_before_any_question_is_answered(server):
    with server.connect("/stream") as ws:
        ws.send("stop")
        assert ws.recv(timeout=5) == "(stopped)"


@pytest.mark.parametrize("leave", ["a close frame", "a lost connection"])
def test_when_the_client_leaves_the_work_ends(counting, leave):
    with counting.connect("/stream") as ws:
        ws.send("How long?")
        assert ws.recv(timeout=5) == ALL[0]
        if leave == "a lost connection":
            ws.socket.shutdown(2)
    assert_nothing_goes_on(counting)
    assert "Error" not in counting.log()


def test_a_stop_of_the_server_ends_the_work(site):
    change(site, WORK, COUNTED.replace("0.1", "0.25"))
    with site.serve() as server, server.connect("/stream") as ws:
        ws.send("How long?")
        assert ws.recv(timeout=5) == ALL[0]
        server.process.terminate()
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                ws.recv(timeout=5)
        assert closed.value.rcvd.code == 1012
        assert server.process.wait(5) is not None
        assert LAST not in server.log(), "the server waited for all of the answer"
        assert "Error" not in server.log() and "Still busy" not in server.log()


def test_an_error_in_the_work_ends_the_connection_and_names_the_line(site):
    change(site, WORK, BROKEN)
    with site.serve() as server:
        with server.connect("/stream") as ws, pytest.raises(ConnectionClosed) as closed:
            ws.send("How long?")
            ws.recv(timeout=5)
        assert closed.value.rcvd.code == 1011
        wait_until(lambda: "LookupError('no such word') in stream.py:" in server.log())
        server.assert_well()


def test_many_answers_hold_nobody_up(counting):
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(counting.connect("/stream")).send("How long?")
        wait_until(lambda: counting.log().count("piece ") >= 8)
        for _ in range(3):
            counting.assert_well()
    assert_nothing_goes_on(counting)


def test_two_pieces_of_work_go_on_at_the_same_time(site):
    # A barrier lets nobody through until two threads have come to it.
    change(site, "@sync_to_async", "import threading\nbarrier = threading.Barrier(2)\n\n\n@sync_to_async")
    change(site, WORK, "    barrier.wait(5)")
    with site.serve() as server, server.connect("/stream") as one, server.connect("/stream") as two:
        for ws in one, two:
            ws.send("How long?")
        assert [ws.recv(timeout=10) for ws in (one, two)] == ["This", "This"]


def test_no_task_is_left():
    """Driven with no socket: when the handler has returned, its task is the only one."""
    stream_application = runpy.run_path(str(FINISHED / "websocket_app" / "stream.py"))["stream_application"]

    async def drive():
        events, sent = asyncio.Queue(), asyncio.Queue()
        for event in ({"type": "websocket.connect"}, {"type": "websocket.receive", "text": "How long?"}):
            events.put_nowait(event)
        handler = asyncio.create_task(stream_application({"type": "websocket"}, events.get, sent.put))
        for _ in range(3):  # websocket.accept and two words
            await asyncio.wait_for(sent.get(), 5)
        events.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(handler, 5)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(drive())
