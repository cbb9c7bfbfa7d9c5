"""An application called by hand."""

import asyncio
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from copies import PROJECT
from tutorial import drive as module
from tutorial.disk.project import TutorialError
from tutorial.drive import drive

NOTEBOOKS = PROJECT / "notebooks"

CONNECT = {"type": "websocket.connect"}
PING = {"type": "websocket.receive", "text": "ping"}
WEBSOCKET = {"type": "websocket"}


async def ping_pong(scope, receive, send):
    while True:
        event = await receive()
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        if event["type"] == "websocket.disconnect":
            break
        if event["type"] == "websocket.receive" and event["text"] == "ping":
            await send({"type": "websocket.send", "text": "pong!"})


def took(*arguments):
    """Return what drive returns, and the seconds it took."""
    began = time.perf_counter()
    return drive(*arguments), time.perf_counter() - began


def test_events_go_in_one_by_one_and_what_comes_out_is_untouched():
    drawing, seconds = took(ping_pong, WEBSOCKET, [CONNECT, PING])
    assert drawing.sent == [{"type": "websocket.accept"}, {"type": "websocket.send", "text": "pong!"}]
    assert drawing.error is None
    assert "your application waits for another event" in drawing.text
    assert "event = await receive()" in drawing.text
    assert seconds < 0.5


def test_an_application_that_returns():
    drawing = drive(ping_pong, WEBSOCKET, [CONNECT, {"type": "websocket.disconnect", "code": 1000}])
    assert "your application returned" in drawing.text


def test_an_exception_is_drawn_and_kept_and_not_raised():
    drawing = drive(ping_pong, WEBSOCKET, [CONNECT, {"type": "websocket.receive", "bytes": b"ping"}])
    assert isinstance(drawing.error, KeyError)
    line = ping_pong.__code__.co_firstlineno + 7
    assert f"raises  test_drive.py:{line}" in drawing.text


def test_the_scope_is_completed_and_what_is_given_stands():
    seen = {}

    async def application(scope, receive, send):
        seen.update(scope)

    drive(application, {"type": "http", "path": "/tea", "method": "POST", "extra": 1})
    assert (seen["path"], seen["raw_path"], seen["method"], seen["extra"]) == ("/tea", b"/tea", "POST", 1)
    assert {"headers", "query_string", "server", "client", "http_version"} <= set(seen)
    seen.clear()
    drive(application, {"type": "teapot"})
    assert seen == {"type": "teapot"}


def test_the_scope_of_the_caller_is_not_changed():
    scope = {"type": "websocket"}
    drive(ping_pong, scope, [CONNECT])
    assert scope == {"type": "websocket"}


@pytest.mark.parametrize("scope, events", [(WEBSOCKET, ["ping"]), (WEBSOCKET, "ping"), ("websocket", [])])
def test_words_in_place_of_dicts(scope, events):
    with pytest.raises(TutorialError, match="is a dict, such as"):
        drive(ping_pong, scope, events)


def test_an_event_waits_until_the_one_before_has_had_all_its_effects():
    order = []

    async def application(scope, receive, send):
        queue = asyncio.Queue()

        async def write():
            while True:
                event = await queue.get()
                for _ in range(20):
                    await asyncio.sleep(0)
                order.append(f"wrote {event['text']}")

        task = asyncio.create_task(write())
        while True:
            event = await receive()
            order.append(f"got {event['text']}")
            queue.put_nowait(event)
            assert not task.done()

    drawing, seconds = took(application, WEBSOCKET, [{**PING, "text": "one"}, {**PING, "text": "two"}])
    assert order == ["got one", "wrote one", "got two", "wrote two"]
    assert seconds < 0.5 and "waits for another event" in drawing.text


def test_timers_and_threads_are_waited_for():
    async def application(scope, receive, send):
        async def later():
            await asyncio.sleep(0.1)
            await send({"type": "timer"})

        async def beside():
            await asyncio.to_thread(time.sleep, 0.1)
            await send({"type": "thread"})

        await asyncio.gather(later(), beside(), receive())

    drawing, seconds = took(application, WEBSOCKET)
    assert sorted(event["type"] for event in drawing.sent) == ["thread", "timer"]
    assert seconds < 1


async def spins(scope, receive, send):
    while True:
        pass


async def sleeps(scope, receive, send):
    time.sleep(2.6)  # noqa: ASYNC251


async def naps(scope, receive, send):
    await asyncio.sleep(60)


async def floods(scope, receive, send):
    while True:
        await send({"type": "websocket.send", "text": "x"})


@pytest.mark.parametrize(
    "application, words",
    [
        (spins, "never let go of the event loop"),
        (sleeps, "never let go of the event loop"),
        (naps, "was still at work"),
        (floods, "was still at work"),
    ],
)
def test_an_application_that_does_not_come_to_rest_is_stopped(application, words, monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 0.5)
    drawing, seconds = took(application, WEBSOCKET)
    assert seconds < 3
    assert words in drawing.text
    if application in {sleeps, naps}:
        assert f"test_drive.py:{application.__code__.co_firstlineno + 1}" in drawing.text
    deadline = time.monotonic() + 4
    while any(thread.name == "drive" for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(thread.name == "drive" for thread in threading.enumerate())


def test_what_an_application_does_when_it_is_stopped_is_not_drawn():
    async def application(scope, receive, send):
        try:
            await receive()
        finally:
            await send({"type": "too late"})

    drawing = drive(application, WEBSOCKET)
    assert drawing.sent == [] and "too late" not in drawing.text and "CancelledError" not in drawing.text


def test_exits_are_errors_like_others():
    async def application(scope, receive, send):
        raise SystemExit(3)

    assert isinstance(drive(application, WEBSOCKET).error, SystemExit)


def test_a_function_that_is_not_async():
    def application(scope, receive, send):
        pass

    assert isinstance(drive(application, WEBSOCKET).error, TypeError)


def test_prints_and_forgotten_awaits_are_drawn(capsys):
    async def application(scope, receive, send):
        print("hello")
        send({"type": "websocket.accept"})

    text = drive(application, WEBSOCKET).text
    assert "hello" in text and "prints" in text
    assert "coroutine 'send' was never awaited" in text
    assert capsys.readouterr().out == "hello\n"


def test_under_a_running_loop():
    async def client():
        return drive(ping_pong, WEBSOCKET, [CONNECT]).sent

    assert asyncio.run(client()) == [{"type": "websocket.accept"}]


def python(code: str) -> str:
    """Run a script in a process of its own and return what it prints."""
    script = f"import sys; sys.path.insert(0, {str(NOTEBOOKS)!r})\n" + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_django_itself():
    printed = python("""
        import django
        from django.conf import settings
        from django.http import HttpResponse
        from django.urls import path
        settings.configure(DEBUG=True, ROOT_URLCONF="__main__", SECRET_KEY="x", ALLOWED_HOSTS=[])
        urlpatterns = [path("tea", lambda request: HttpResponse("a cup for " + request.get_host()))]
        from django.core.asgi import get_asgi_application
        from tutorial.drive import drive
        application = get_asgi_application()
        drawing = drive(application, {"type": "http", "path": "/tea"}, [{"type": "http.request"}])
        print(drawing.sent[0]["status"], drawing.sent[1]["body"])
        print(drive(application, {"type": "websocket"}, []).error)
    """)
    assert printed.splitlines() == [
        "200 b'a cup for localhost:8000'",
        "Django can only handle ASGI/HTTP connections, not websocket.",
    ]


def test_in_a_notebook_a_place_is_a_cell():
    printed = python("""
        from IPython.core.interactiveshell import InteractiveShell
        import nest_asyncio2
        nest_asyncio2.apply()
        shell = InteractiveShell.instance()
        def run(code): shell.run_cell(code, store_history=True)
        run("from tutorial.drive import drive")
        run("async def application(scope, receive, send):\\n    await receive()\\n    raise ValueError")
        run("print(drive(application, {'type': 'websocket'}, [{'type': 'websocket.connect'}]))")
        run("async def here(scope, receive, send):\\n    raise KeyError\\nprint(drive(here, {'type': 'websocket'}))")
    """)
    assert "receive cell 2, line 2" in printed and "raises  cell 2, line 3" in printed
    assert "raises  this cell, line 2" in printed
