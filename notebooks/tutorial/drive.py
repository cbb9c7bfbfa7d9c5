"""`drive(application, scope, events)`: call an ASGI application by hand, with no server, and see what it does.

The application runs on an event loop of its own, in a thread of its own: so it works in a notebook cell, in a
script and under a running loop, and an application that never lets go of its thread cannot keep the cell.
"""

import asyncio
import contextlib
import contextvars
import ctypes
import sys
import threading
import warnings
from collections import deque

from .disk.project import TutorialError
from .record.draw import draw
from .record.driven import CellRecorder
from .record.printed import Printed
from .record.recorder import Recorder
from .shown import Shown

LIMIT = 2.0  # seconds that an application may take in all
NEXT = 0.02  # seconds without an entry before the next event is handed out
REST = 0.2  # seconds without an entry, with no event left, before the call is over


class Driven(Shown):
    """The timeline of an application that was called by hand; `drive` returns it.

    `sent` is the list of the events that the application sent, as it sent them. `error` is the exception that it
    raised, or None.
    """

    def __init__(self, connection: dict, sent: list, error: BaseException | None) -> None:
        drawn = draw([connection])
        super().__init__(drawn.text, drawn.html)
        self.sent, self.error = sent, error


def drive(application, scope: dict, events: list[dict] = ()) -> Driven:
    """Call `application(scope, receive, send)` and return what happened, to look at, with `.sent` and `.error`.

    `receive` returns `events` one by one: the next one when the application has dealt with the one before. When none
    is left it waits, and once nothing has happened for 0.2 seconds the call is over. What the application raises is
    drawn and kept in `.error`, not raised. A call that does not come to rest is stopped after 2 seconds (`LIMIT`),
    whatever it does: a loop without `await`, `time.sleep`, a timer.

    `scope` may leave out what the application does not look at: `http`, `websocket` and `lifespan` are completed
    with the keys that a server gives. Raises TutorialError for a scope or an event that is not a dict.
    """
    events = [events] if isinstance(events, (dict, str, bytes)) else list(events)
    for what, value, kind in [("A scope", scope, "websocket"), *(("An event", e, "websocket.connect") for e in events)]:
        if not isinstance(value, dict):
            raise TutorialError(f'{what} is a dict, such as {{"type": "{kind}"}}, and this is {value!r}.')
    return Call(application, {**completed(scope), **scope}, events, CellRecorder(application, sys._getframe(1))).run()


def completed(scope: dict) -> dict:
    """Return the keys that a server gives for a scope of this type, the least of each."""
    kind, path = scope.get("type"), scope.get("path", "/")
    if kind == "lifespan":
        return {"type": kind, "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    if kind not in {"http", "websocket"}:
        return {}
    websocket = {"subprotocols": [], "extensions": {"websocket.http.response": {}}}
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws" if kind == "websocket" else "http",
        "server": ("localhost", 8000),
        "client": ("localhost", 50000),
        "root_path": "",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost:8000")],
        "state": {},
        **({"method": "GET"} if kind == "http" else websocket),
    }


class Stopped(SystemExit):
    """Thrown into an application that does not stop by itself; a thread ends with it and says nothing."""


class Call:
    """One call of an application."""

    def __init__(self, application, scope: dict, events: list[dict], recorder: Recorder) -> None:
        self.application, self.scope, self.recorder = application, scope, recorder
        self.events, self.sent, self.error = deque(events), [], None
        self.starved = 0  # how many wait in `receive`
        self.result: Driven | None = None
        self.drawn = threading.Event()

    def run(self) -> Driven:
        """Run the application in a thread and return its timeline, LIMIT seconds later at the latest."""
        context = contextvars.copy_context()
        self.thread = threading.Thread(target=context.run, args=(self.work,), name="drive", daemon=True)
        printed = Printed(self.recorder, sys.stdout)
        with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
            warnings.filterwarnings("always", message=".*was never awaited", category=RuntimeWarning)
            warnings.showwarning = self.recorder.warn
            self.thread.start()
            try:
                if not self.drawn.wait(LIMIT):
                    self.interrupt()
                else:
                    self.thread.join(0.2)
            finally:
                self.abandon()
        return self.result

    def interrupt(self) -> None:
        """Draw what there is now; if the event loop cannot, it stands still, at a line that can be named."""
        with contextlib.suppress(RuntimeError):  # closed, because it has just come to its end
            self.loop.call_soon_threadsafe(self.draw)
        if not self.drawn.wait(0.1):
            self.recorder.block(self.recorder.running(sys._current_frames().get(self.thread.ident)))
            self.draw()

    def work(self) -> None:
        """Everything that happens in the application's thread."""
        self.loop = asyncio.SelectorEventLoop()
        self.loop.set_exception_handler(lambda loop, context: None)
        with contextlib.suppress(Stopped), contextlib.closing(self.loop):
            asyncio.set_event_loop(self.loop)
            self.loop.run_until_complete(self.call())

    async def call(self) -> None:
        self.rest = self.loop.create_future()
        task = self.loop.create_task(self.caught())
        await asyncio.wait([task, self.rest], return_when=asyncio.FIRST_COMPLETED)
        self.draw()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for other in others:
            other.cancel()
        if others:
            await asyncio.wait(others, timeout=0.1)

    async def caught(self) -> None:
        try:
            await self.recorder.wrap(self.application)(self.scope, self.receive, self.send)
        except BaseException as error:
            self.error = error
            if isinstance(error, (Stopped, asyncio.CancelledError)):
                raise

    async def receive(self) -> dict:
        """Return the next event, once the application has dealt with the one before; with none left, wait."""
        self.starved += 1
        try:
            await self.quiet(NEXT)
            while not self.events:
                await self.quiet(REST)
                self.end()
                await asyncio.sleep(LIMIT)
            return self.events.popleft()
        finally:
            self.starved -= 1

    async def send(self, event) -> None:
        self.sent.append(event)
        await asyncio.sleep(0)

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing was sent, printed or handed out for some seconds."""
        before = None
        while before != (before := (len(self.sent), self.recorder.print_count, len(self.events))):
            await asyncio.sleep(seconds)
            for _ in range(3):  # what was due at the same time comes first
                await asyncio.sleep(0)

    def draw(self) -> None:
        """Keep what happened until now: what the application does when it is stopped is not part of it."""
        if self.result is not None:
            return
        connection = self.recorder.connections[0]
        drawn = {**connection.as_dict(), "driven": True, "waits": self.recorder.place(connection)}
        drawn["starved"] = self.starved > 0
        self.result = Driven(drawn, list(self.sent), self.error)
        if threading.current_thread() is self.thread:
            self.end()
        self.drawn.set()

    def end(self) -> None:
        """Let the call be over; in the application's thread."""
        if not self.rest.done():
            self.rest.set_result(None)

    def abandon(self) -> None:
        """Throw the application's thread out of whatever it does, if it is still there."""
        for _ in range(5):
            if not self.thread.is_alive():
                return
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread.ident), ctypes.py_object(Stopped))
            self.thread.join(0.05)
