"""The record of what a handler does: it holds whatever the handler does, and does not get in its way."""

import asyncio
import contextlib
import importlib.util
import json
import sys
import threading
import time
from pathlib import Path
from types import NoneType

import pytest
from tutorial.record import faults
from tutorial.record.events import written
from tutorial.record.nets import Watched
from tutorial.record.protocol import SENT
from tutorial.record.recorder import Connection, Recorder


@pytest.fixture
def recorder():
    return Recorder(Path(__file__).parent)


def call(recorder: Recorder, application, scope: dict) -> list[dict]:
    """Call an application that `recorder` wraps and return what it has sent."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(event):
        sent.append(event)

    asyncio.run(recorder.wrap(application)(scope, receive, send))
    return sent


class Name(bytes):
    """A header's name, of a class of the learner's own."""


HEADERS = [
    (b"cookie", b"sessionid=SECRET"),
    (b"Cookie", b"a=it's\"; sessionid=SECRET"),
    (b"COOKIE", b"SECRET" * 1000),
    (Name(b"cookie"), Name(b"SECRET")),
    (bytearray(b"set-cookie"), b"SECRET"),
    ("Set-Cookie", "SECRET"),
    [b"authorization", b"Basic SECRET"],
    (b"Proxy-Authorization", b"SECRET"),
    (b" cookie ", b"SECRET", b"SECRET"),
    (b"x-csrftoken", ["SECRET"]),
]


def test_no_secret_header_is_recorded_however_it_is_written(recorder):
    async def application(scope, receive, send):
        await send({"type": "websocket.accept", "headers": HEADERS})
        await send({"type": "http.response.start", "headers": dict([HEADERS[0], HEADERS[5]])})
        await send({"type": "websocket.http.response.start", "more": [[[[[HEADERS]]]]], "headers": tuple(HEADERS)})
        await send(HEADERS)

    call(recorder, application, {"type": "websocket", "headers": HEADERS, "state": {"headers": HEADERS}})
    recorded = json.dumps(recorder.connections[0].as_dict())
    assert "SECRET" not in recorded
    assert recorded.count('"secret"') > 30


def test_what_a_net_of_the_project_catches_is_recorded_and_what_it_expects_is_not(recorder, tmp_path):
    (tmp_path / "nets_of_a_project.py").write_text(NETS)
    loader = Watched("nets_of_a_project", str(tmp_path / "nets_of_a_project.py"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("nets_of_a_project", loader))
    loader.exec_module(module)
    recorder.folder = str(tmp_path)
    call(recorder, module.application, {"type": "websocket"})
    caught = [entry for entry in recorder.connections[0].as_dict()["entries"] if entry["kind"] == "caught"]
    assert [(entry["name"], entry["line"]) for entry in caught] == [("KeyError", 3), ("ValueError", 7), ("OSError", 11)]


NETS = """\
async def application(scope, receive, send):
    try:
        {}["x"]
    except:
        pass
    try:
        raise ValueError("no")
    except (OSError, Exception) as error:
        assert str(error) == "no"
    try:
        raise OSError
    except BaseException:
        pass
    try:
        int("x")
    except ValueError:
        pass
"""


def test_a_handler_in_a_task_of_its_own_waits_and_fails_at_its_own_line(recorder):
    places = []

    async def handler(receive):
        await asyncio.sleep(0)
        await receive()
        raise LookupError("over")

    async def application(scope, receive, send):
        await asyncio.wait([asyncio.create_task(handler(receive))])

    async def main():
        asyncio.get_running_loop().set_task_factory(recorder.task)
        scope = {"type": "websocket", "headers": [(b"user-agent", b"check 4.1 abc")]}
        queue = asyncio.Queue()
        called = asyncio.ensure_future(recorder.wrap(application)(scope, queue.get, None))
        for _ in range(10):
            await asyncio.sleep(0)
        places.append(recorder.place(recorder.connections[-1]))
        queue.put_nowait({"type": "websocket.connect"})
        await called

    asyncio.run(main())
    recorded = recorder.connections[-1].as_dict()
    task = next(entry for entry in recorded["entries"] if entry["kind"] == "task")
    assert (task["name"], task["code"]) == ("LookupError", 'raise LookupError("over")')
    assert (places[0]["code"], recorded["leftover"], recorded["agent"]) == ("await receive()", 0, "check 4.1 abc")


ODD = [None, True, 5, 10**200, 1.5, "x", "x" * 300, b"x", b"x" * 300, [], [1], [[1, 2]], (), {}, {"a": [b"a"]}]
ODD += [[("a", "b")], [(b"cookie", 1)], [(b"a", b"b", b"c")], ["ab"], {b"a": b"b"}, iter(()), float("nan"), "\ud800"]
KEYS = ["type", "text", "bytes", "code", "reason", "headers", "subprotocol", "status", "body", "state"]


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("protocol", SENT)
def test_no_event_is_too_odd_to_record_and_to_explain(recorder, protocol, refused):
    async def send(event):
        if refused:
            raise TypeError("not taken")

    async def receive():
        return {"type": "websocket.connect", "text": "ping"}

    async def application(scope, receive, send):
        await receive()
        with contextlib.suppress(TypeError):
            await send(scope["state"])

    async def meet_all():
        events = [{"type": kind, key: value} for kind in SENT[protocol] for key in KEYS for value in ODD]
        for event in events + ODD:
            scope = {"type": protocol, "path": "/", "headers": event, "subprotocols": ["a"], "state": event}
            await recorder.wrap(application)(scope, receive, send)
            connection = {**recorder.connections[-1].as_dict(), "waits": {}}
            json.dumps(connection)
            for silent in (False, True):
                assert isinstance(faults.explain(connection, None, silent), (str, NoneType))

    asyncio.run(meet_all())


class Broken(Exception):
    """Nobody can say what it is."""

    def __repr__(self) -> str:
        raise ValueError("no repr")

    __str__ = __repr__
    __hash__ = Exception.__hash__


def test_a_value_whose_repr_raises_passes_and_is_named(recorder):
    value = Broken()

    async def application(scope, receive, send):
        await send({"type": "websocket.accept", "value": value, value: 1})

    assert call(recorder, application, {"type": "websocket", "state": value})[0]["value"] is value
    recorded = recorder.connections[0].as_dict()
    assert written(recorded["scope"]["state"]) == "<Broken whose repr() raises ValueError>"
    event = recorded["entries"][0]["event"]
    assert written(event["value"]) == "<Broken whose repr() raises ValueError>"
    assert event["<Broken whose str() raises ValueError>"] == 1


def test_an_exception_whose_str_raises_is_still_the_one_that_is_raised(recorder):
    async def application(scope, receive, send):
        raise Broken

    with pytest.raises(Broken):
        call(recorder, application, {"type": "websocket"})
    assert recorder.connections[0].as_dict()["entries"][0]["message"] == "<Broken whose str() raises ValueError>"


def test_connections_that_open_while_another_thread_looks_are_no_error(recorder, request):
    interval, over = sys.getswitchinterval(), threading.Event()
    request.addfinalizer(lambda: sys.setswitchinterval(interval))
    sys.setswitchinterval(1e-5)

    def opens():
        while not over.is_set():
            recorder.connections.append(Connection(1, {"type": "http"}))

    thread = threading.Thread(target=opens)
    thread.start()
    try:
        while len(recorder.connections) < recorder.connections.maxlen:
            time.sleep(0.001)
        for _ in range(3000):
            recorder.block({})
    finally:
        over.set()
        thread.join()
