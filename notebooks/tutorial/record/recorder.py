"""Record what passes between an ASGI server and an application, and change none of it."""

import asyncio
import contextvars
import linecache
import re
import sys
import threading
import time
import warnings
from collections import deque
from pathlib import Path

from . import events
from .events import said

FIRST, LAST = 40, 160  # entries kept of one connection: its beginning and its end
CONNECTIONS = 200  # connections kept
LINES, LINE = 1000, 5000  # printed lines kept, and characters of each

current = contextvars.ContextVar("current connection", default=None)


class Connection:
    """What one call of the application saw: its scope and its entries, in order.

    An entry is a dict with `ms` (since the call), `kind` and more, by kind:

    - `receive`, `send`: `event` (key → plain value, see `events`); `failed`: what the server raised at a `send`
    - `print`: `text`
    - `raise`: `name` and `message` of the exception
    - `return`
    - `warning`: `message`; `blocked`: the event loop stood still, for `seconds` once it is over
    - `skipped`: `count` entries that were not kept

    and, but for the last, `path`, `line` and `code`: the project's own line it came from, where there is one.
    """

    def __init__(self, number: int, scope: dict) -> None:
        self.number = number
        self.type = scope.get("type")
        self.scope = events.scope(scope)
        self.path = scope.get("path", "")
        self.client = (scope.get("client") or ("", 0))[1]
        named = (value for name, value in scope.get("headers") or () if name == b"user-agent")
        self.agent = next(named, b"").decode("latin-1")
        self.began = time.perf_counter()
        self.clock = time.time()
        self.first: list[dict] = []
        self.last: deque[dict] = deque(maxlen=LAST)
        self.skipped = 0
        self.open = True
        self.gone = False  # a disconnect was delivered, or the application has closed
        self.done = asyncio.Event()
        self.coroutine = None

    def add(self, kind: str, **details: object) -> dict:
        entry = {"ms": (time.perf_counter() - self.began) * 1000, "kind": kind, **details}
        if len(self.first) < FIRST:
            self.first.append(entry)
        else:
            self.skipped += len(self.last) == LAST
            self.last.append(entry)
        return entry

    def as_dict(self) -> dict:
        """Return all of it as plain values that JSON can carry."""
        middle = [{"kind": "skipped", "count": self.skipped}] if self.skipped else []
        return {
            "number": self.number,
            "type": self.type,
            "path": self.path,
            "client": self.client,
            "agent": self.agent,
            "clock": self.clock,
            "scope": self.scope,
            "open": self.open,
            "entries": self.first + middle + list(self.last),
        }


class Recorder:
    """Keeps the last connections, and what the project printed, in bounded memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.enabled = True
        self.connections: deque[Connection] = deque(maxlen=CONNECTIONS)
        self.count = 0
        self.opened = threading.Event()  # set while a connection is open
        self.printed: deque[tuple[int, str]] = deque(maxlen=LINES)
        self.print_count = 0

    def wrap(self, application):
        """Return an application that hands everything to `application` and notes it."""

        async def recorded(scope, receive, send):
            if not self.enabled:
                return await application(scope, receive, send)
            self.count += 1
            connection = Connection(self.count, scope)
            self.connections.append(connection)
            self.opened.set()
            token = current.set(connection)
            try:
                connection.coroutine = application(scope, *self.noted(connection, receive, send))
                result = await connection.coroutine
            except BaseException as error:
                connection.add("raise", name=type(error).__name__, message=said(str, error)[:500], **self.blame(error))
                raise
            else:
                connection.add("return")
                return result
            finally:
                current.reset(token)
                connection.open = False
                connection.coroutine = None
                connection.done.set()
                if not any(other.open for other in self.connections):
                    self.opened.clear()

        return recorded

    def noted(self, connection: Connection, receive, send):
        """Return `receive` and `send` that note each event on `connection` and pass it on untouched."""

        async def noted_receive():
            event = await receive()
            connection.add("receive", event=events.event(event), **self.caller())
            if isinstance(event, dict) and event.get("type", "").endswith("disconnect"):
                connection.gone = True
            return event

        async def noted_send(event):
            # Noted before it is sent: a client that has the answer finds it on the timeline.
            entry = connection.add("send", event=events.event(event), **self.caller())
            if isinstance(event, dict) and closes(event):
                connection.gone = True
            try:
                await send(event)
            except BaseException as error:
                entry["failed"] = said(repr, error)[:500]
                raise

        # An event that is never awaited is named by Python's own warning: coroutine 'send' was never awaited.
        noted_receive.__qualname__, noted_send.__qualname__ = "receive", "send"
        return noted_receive, noted_send

    def mine(self, filename: str) -> bool:
        """Tell whether a file is the project's own."""
        return filename.startswith(self.folder)

    def where(self, path: str, line: int) -> dict:
        """Return a place as `path` (from the project's parent), `line` and the `code` that stands there."""
        code = linecache.getline(path, line).strip()
        return {"path": str(Path(path).relative_to(Path(self.folder).parent)), "line": line, "code": code}

    def blame(self, error: BaseException) -> dict:
        """Return the innermost line of the project in a traceback, or an empty dict."""
        found, trace = {}, error.__traceback__
        while trace is not None:
            if self.mine(trace.tb_frame.f_code.co_filename):
                found = self.where(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
            trace = trace.tb_next
        return found

    def caller(self) -> dict:
        """Return the innermost line of the project that is running now; an empty dict where Django acts for it."""
        frame = sys._getframe(1)
        while frame is not None and not self.mine(frame.f_code.co_filename):
            if frame.f_globals.get("__name__", "").startswith("django."):
                return {}  # some versions send from a task of their own, with no line of the project below
            frame = frame.f_back
        return self.running(frame)

    def running(self, frame) -> dict:
        """Return the innermost line of the project below a running frame, or an empty dict."""
        frames = []
        while frame is not None:
            frames.append(frame)
            frame = frame.f_back
        return self.innermost(reversed(frames))

    def place(self, connection: Connection) -> dict:
        """Return the line of the project at which a connection's application waits, or an empty dict."""
        frames, coroutine = [], connection.coroutine
        while coroutine is not None:
            frames.append(getattr(coroutine, "cr_frame", None))
            coroutine = getattr(coroutine, "cr_await", None)
        return self.innermost(filter(None, frames))

    def innermost(self, frames) -> dict:
        """Return the innermost line of the project in frames that come outermost first, or an empty dict.

        A `receive` or `send` that the project has wrapped is no place of interest: the line that calls it is.
        """
        found = None
        for frame in frames:
            if self.mine(frame.f_code.co_filename):
                if found is not None and passes_on(found, frame):
                    break
                found = frame
        return self.where(found.f_code.co_filename, found.f_lineno) if found is not None else {}

    def print(self, text: str) -> None:
        """Note one printed line, on the connection that printed it if there is one."""
        self.print_count += 1
        self.printed.append((self.print_count, text if len(text) <= LINE else f"{text[:LINE]}…"))
        connection = current.get()
        if connection is not None:
            connection.add("print", text=text[:500], **self.caller())

    def block(self, place: dict) -> list[dict]:
        """Note that the event loop stands still at `place`; return the entries, for the time it took."""
        # A list, for other threads ask, too, and the event loop may open a connection meanwhile.
        running = [c for c in list(self.connections) if getattr(c.coroutine, "cr_running", False)]
        return [connection.add("blocked", **place) for connection in running]

    def warn(self, message, category, filename, lineno, file=None, line=None) -> None:
        """Take the place of `warnings.showwarning`: note a warning that the project's own line caused."""
        text, _, origin = str(message).partition("\n")
        made = re.search(r'File "(.+)", line (\d+)', origin)  # by a call long before, if it is about a coroutine
        if made:
            filename, lineno = made[1], int(made[2])
        connection = current.get() or (self.connections[-1] if made and self.connections else None)
        if connection is not None and self.mine(filename):
            connection.add("warning", message=text, **self.where(filename, lineno))
        else:
            print(warnings.formatwarning(message, category, filename, lineno, line), end="")


def passes_on(frame, callee) -> bool:
    """Tell whether `callee` is what `frame` has been given as its `receive` or `send`."""
    given = (frame.f_locals.get(name) for name in ("receive", "send"))
    return any(getattr(function, "__code__", None) is callee.f_code for function in given)


def closes(event: dict) -> bool:
    """Tell whether an application that sends this event is at the end of its connection."""
    whole = event.get("type") == "http.response.body" and not event.get("more_body")
    return whole or event.get("type") == "websocket.close"
