"""Record what passes between an ASGI server and an application, and change none of it."""

import asyncio
import contextvars
import re
import threading
import time
import warnings
from collections import deque
from pathlib import Path
from traceback import walk_tb

from . import events
from .places import Places, kept, reaches_server

FIRST, LAST = 40, 160  # entries kept of one connection: its beginning and its end
SHOWN = ("number", "type", "path", "agent", "clock", "scope", "open", "unread")  # of a connection
LINES, LINE = 1000, 5000  # printed lines kept, and characters of each
CONNECTIONS = 200  # connections kept

current = contextvars.ContextVar("current connection", default=None)


class Connection:
    """What one call of the application saw: its scope and its entries, in order.

    An entry is a dict with `ms` (since the call), `kind` and more, by kind:

    - `receive`, `send`: `event` (key → plain value, see `events`); `failed`: what the server raised at a `send`
    - `print`: `text`
    - `raise`, `task`, `caught`: an exception that left the application, that ended a task of it, or that a wide
      `except` of the project has caught (see `nets`), as `Recorder.failure` returns it
    - `return`
    - `warning`: `message`; `blocked`: the event loop stood still, for `seconds` once it is over
    - `skipped`: `count` entries that were not kept

    and, but for the last, `path`, `line` and `code`: the project's own line it came from, where there is one.
    """

    def __init__(self, number: int, scope: dict, failure=None) -> None:
        self.number, self.failure = number, failure
        self.type = scope.get("type")
        self.scope = events.mapping(scope, 400)
        self.path = scope.get("path", "")
        self.agent = events.agent(scope)
        self.began, self.clock = time.perf_counter(), time.time()
        self.first: list[dict] = []
        self.last: deque[dict] = deque(maxlen=LAST)
        self.skipped = 0
        self.unread: list[dict] = []  # events of the client that the application ended without receiving
        self.open = True
        self.gone = False  # a disconnect was delivered, or the application has closed
        self.done = asyncio.Event()
        self.coroutine = None
        self.tasks: dict[asyncio.Task, dict] = {}  # those that run, and where each was made

    def add(self, kind: str, **details: object) -> dict:
        entry = {"ms": (time.perf_counter() - self.began) * 1000, "kind": kind, **details}
        if len(self.first) < FIRST:
            self.first.append(entry)
        else:
            self.skipped += len(self.last) == LAST
            self.last.append(entry)
        return entry

    def coroutines(self) -> list:
        """Return what runs on this connection: the application's own coroutine first, then those of its tasks."""
        return [self.coroutine, *(task.get_coro() for task in list(self.tasks))]

    def as_dict(self) -> dict:
        """Return all of it as plain values; `leftover` tasks still run, the first of them `made` there."""
        middle = [{"kind": "skipped", "count": self.skipped}] if self.skipped else []
        left = [made for task, made in list(self.tasks.items()) if not kept(task)]
        shown = {name: getattr(self, name) for name in SHOWN} | {"leftover": len(left), "made": left[:1]}
        return {**shown, "entries": self.first + middle + list(self.last)}


class Recorder(Places):
    """Keeps the last connections, and what the project printed, in bounded memory."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.connections: deque[Connection] = deque(maxlen=CONNECTIONS)
        self.count = 0
        self.opened = threading.Event()  # set while a connection is open
        self.printed: deque[tuple[int, str]] = deque(maxlen=LINES)
        self.print_count = 0

    def wrap(self, application):
        """Return an application that hands everything to `application` and notes it."""

        async def recorded(scope, receive, send):
            self.count += 1
            connection = Connection(self.count, scope, self.failure)
            self.connections.append(connection)
            self.opened.set()
            current.set(connection)  # a server calls each connection in a context of its own, so nobody takes it back
            try:
                connection.coroutine = application(scope, *self.noted(connection, receive, send))
                result = await connection.coroutine
            except BaseException as error:
                connection.add("raise", **self.failure(error))
                raise
            else:
                connection.add("return")
                return result
            finally:
                connection.open, connection.coroutine = False, None
                if connection.type == "websocket" and not connection.gone:
                    connection.unread = events.unread(receive, LAST)
                connection.done.set()
                if not any(other.open for other in self.connections):
                    self.opened.clear()

        return recorded

    def noted(self, connection: Connection, receive, send) -> tuple:
        """Return `receive` and `send` that note each event on `connection` and pass it on untouched."""

        async def noted_receive():
            event = await receive()
            connection.add("receive", event=events.mapping(event), **self.caller())
            if isinstance(event, dict) and str(event.get("type")).endswith("disconnect"):
                connection.gone = True
            return event

        async def noted_send(event):
            # Noted before it is sent: a client that has the answer finds it on the timeline.
            entry = connection.add("send", event=events.mapping(event), **self.caller())
            if isinstance(event, dict) and events.closes(event):
                connection.gone = True
            try:
                await send(event)
            except BaseException as error:
                entry["failed"] = self.failure(error)
                raise

        # An event that is never awaited is named by Python's own warning: coroutine 'send' was never awaited.
        noted_receive.__qualname__, noted_send.__qualname__ = "receive", "send"
        return noted_receive, noted_send

    def failure(self, error: BaseException) -> dict:
        """Return an exception as its `name`, `message` and place, and what else is true of it.

        `sent`: the server's `send` raised it; `left`: because the client has left, as the specification has it;
        `cancelled`: the server stops and has cancelled the application.
        """
        while isinstance(error, BaseExceptionGroup):  # of a TaskGroup: the first reason, and its line
            error = error.exceptions[0]
        stops = isinstance(error, asyncio.CancelledError) and asyncio.current_task().cancelling()
        sent, left = reaches_server(walk_tb(error.__traceback__)), isinstance(error, OSError)
        said = {"name": type(error).__name__, "message": events.said(str, error)[:500]}
        return {**said, "sent": sent, "left": left, "cancelled": bool(stops), **self.blame(error)}

    def task(self, loop, coroutine, **options) -> asyncio.Task:
        """Make a task, as the factory of an event loop; keep in mind the connection whose handler made it."""
        task, connection = asyncio.Task(coroutine, loop=loop, **options), current.get()
        if connection is not None:
            connection.tasks[task] = self.caller()
            task.add_done_callback(self.ended)
        return task

    def ended(self, task: asyncio.Task) -> None:
        """Note a task that an exception of the project's has ended."""
        connection = current.get()  # the callback runs in the context in which it was added
        connection.tasks.pop(task, None)
        # Not task.exception(): Python would take it that somebody has seen the exception, and not log it.
        error = None if task.cancelled() else task._exception
        if error is not None and self.blame(error):
            connection.add("task", **self.failure(error))

    def place(self, connection: Connection) -> dict:
        """Return the line of the project at which a connection's application waits, or an empty dict."""
        return self.waiting(connection.coroutines())

    def print(self, text: str) -> None:
        """Note one printed line, on the connection that printed it if there is one."""
        self.print_count += 1
        self.printed.append((self.print_count, text if len(text) <= LINE else f"{text[:LINE]}…"))
        connection = current.get()
        if connection is not None:
            connection.add("print", text=text[:500], **self.caller())

    def block(self, place: dict) -> list[dict]:
        """Note that the event loop stands still at `place`; return the entries, which get the time it took."""
        # A list, because other threads ask, too, and the event loop may open a connection meanwhile.
        running = [c for c in list(self.connections) if any(getattr(each, "cr_running", 0) for each in c.coroutines())]
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
