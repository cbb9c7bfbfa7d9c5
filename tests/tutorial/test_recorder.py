"""The record of what a handler does: it holds whatever the handler does, and does not get in its way."""

import asyncio
import sys
import threading
import time
from pathlib import Path

import pytest
from tutorial.record.events import written
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
