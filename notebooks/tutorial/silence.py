"""A client in a cell that hears nothing gives up after two seconds, whatever it waits in, and the stop button works.

While a cell runs, a thread looks ten times a second at where the main thread is. Where it waits in the threading
client of websockets, its frames tell what for; where it waits in an event loop, a callback on that loop looks at the
loop's tasks. So `asyncio.run`, `await` outside of any function, a Runner and a thread's `recv` are all the same. The
callback also wakes the loop, which would otherwise notice the stop button only at its next event.
"""

import asyncio
import contextlib
import gc
import inspect
import itertools
import socket
import sys
import threading
import time
import types
from collections.abc import Callable

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.sync.connection import Connection as ThreadingConnection

LIMIT = 2.0  # seconds of silence before a client gives up: its reason is shown within 3, also on a slow machine
LEAVE = 0.25  # seconds for the closing handshake of a client that leaves because of an error, or is stopped
TICK = 0.1  # seconds between two looks
LIBRARIES = {"asyncio", "contextlib", "nest_asyncio2", "queue", "threading", "websockets"}  # what a client waits in
LINKS = (types.CoroutineType, types.AsyncGeneratorType)  # what waits for one another


class Silence(Exception):
    """A client waited and nothing came; `filename` and `line` are where in the cell it waits."""

    def __init__(self, frame) -> None:
        self.filename, self.line = frame.f_code.co_filename, frame.f_lineno
        super().__init__(f"Nothing came for {LIMIT:g} seconds")


class Watch:
    """Looks after the clients of one kernel; `found` is the Silence of the cell that runs, or None."""

    def __init__(self, names: dict, look: Callable[[], None]) -> None:
        """Follow the cells whose global names are `names`; call `look` before a silent client is ended."""
        self.names, self.look = names, look
        self.found: Silence | None = None
        self.since: dict[object, float] = {}  # what is waited for → when that was seen first
        self.moved = 0.0  # when a client was seen last that does not wait in vain
        self.task, self.others = None, set()  # the cell's own task, and those that were there before
        self.asked = False
        self.running = threading.Event()
        threading.Thread(target=self.run, name="silence", daemon=True).start()

    def begin(self) -> None:
        """Watch a cell that begins now; tasks that run already are not its clients."""
        with contextlib.suppress(RuntimeError):  # IPython in a terminal has no event loop here
            self.task = asyncio.current_task()
            self.others = asyncio.all_tasks() - {self.task}
        self.found, self.since, self.asked = None, {}, False
        self.running.set()

    def end(self, interrupted: bool = False) -> None:
        """Watch no more; end the clients of an interrupted cell, which would run on in the kernel's event loop."""
        self.running.clear()
        self.since = {}
        for task in asyncio.all_tasks() - self.others - {self.task} if interrupted and self.task else ():
            frames = [frame_of(link) for link in chain(task)[:-1]]
            if library(frames) and frames[0].f_code is not Connection.keepalive.__code__:
                abort(frames)
                task.cancel()

    def run(self) -> None:
        """Look, until the kernel ends, at what the main thread waits in."""
        while self.running.wait():
            time.sleep(TICK)
            stack = self.stack(sys._current_frames().get(threading.main_thread().ident))
            loops = [frame.f_locals.get("self") for frame in stack if frame.f_code.co_name == "_run_once"]
            if loops and not self.asked:
                self.asked = True
                with contextlib.suppress(RuntimeError):  # it was closed in this moment
                    loops[0].call_soon_threadsafe(self.tasks, loops[0])
            if library(stack) and not loops:
                self.judge({stack[0]: stack[::-1]}, any(map(limited, stack)), None)

    def stack(self, frame) -> list:
        """Return running frames from the innermost to the first of a cell, or all if there is none of a cell."""
        frames = []
        while frame is not None:
            frames.append(frame)
            frame = None if frame.f_globals is self.names else frame.f_back
        return frames

    def tasks(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look, on an event loop, at what its tasks wait for."""
        self.asked = False
        mine = {task for task in asyncio.all_tasks(loop) if task not in self.others} | {self.task}
        waits, own = {}, []
        for task in mine | {other for each in mine for other in awaited(each)}:
            *links, what = chain(task)
            if task is self.task:  # without IPython's own part of it
                links = list(itertools.dropwhile(lambda link: frame_of(link).f_globals is not self.names, links))
            frames = [frame_of(link) for link in links]
            if what is not None and frames and frames[0].f_code is not Connection.keepalive.__code__:
                waits[what] = frames
                own += [link for link in links if package(frame_of(link)) != "websockets"]
        self.judge(waits, any(map(timed, own)), self.client())

    def client(self) -> asyncio.Task | None:
        """Return the task that the cell waits for."""
        stack = self.stack(sys._getframe())
        if stack[-1].f_globals is not self.names:  # `await` outside of any function
            return self.task
        runs = [frame.f_locals.get("f") for frame in stack if frame.f_code.co_name == "run_until_complete"]
        return next((task for task in runs if isinstance(task, asyncio.Task)), None)

    def judge(self, waits: dict[object, list], limits: bool, client: asyncio.Task | None) -> None:
        """End what waits in vain: `waits` has the frames, outermost first, by the object that is waited for."""
        now = time.monotonic()
        if limits or not waits.keys() <= self.since.keys() or not any(map(library, waits.values())):
            self.moved = now
        self.since = {each: self.since.get(each, now) for each in waits}
        for each, frames in waits.items():
            if now - self.since[each] > LEAVE and any(frame.f_locals.get("exc_type") for frame in library(frames)):
                abort(frames)
        if now - self.moved < LIMIT:
            return
        frames = [frame_of(link) for task in (client, *awaited(client)) for link in chain(task)[:-1]]
        frames = frames or next(iter(waits.values()))
        place = next((frame for frame in reversed(frames) if package(frame) not in LIBRARIES), frames[0])
        self.found = Silence(place)
        self.moved = now
        self.look()
        for frames in waits.values():
            abort(frames)
        if client:
            client.cancel()


def chain(task: asyncio.Task | None) -> list:
    """Return the coroutines and asynchronous generators that a task waits in, outermost first, and what they wait for.

    All that is read here is public, and `asyncio.capture_call_graph` would stop at an `async for`.
    """
    found, waits = [], task and task.get_coro()
    while waits is not None:
        if isinstance(waits, LINKS):
            found.append(waits)
            waits = waits.cr_await if inspect.iscoroutine(waits) else waits.ag_await
            continue
        held = gc.get_referents(waits)  # `async for` waits in an object that holds the next link without a name
        inner = next((each for each in held if isinstance(each, LINKS) and each not in found), None)
        if inner is None:
            break
        waits = inner
    return [*(link for link in found if frame_of(link) is not None), waits]


def awaited(task: asyncio.Task | None) -> list[asyncio.Task]:
    """Return the tasks that a task waits for."""
    return [each for each in gc.get_referents(chain(task)[-1]) if isinstance(each, asyncio.Task)]


def frame_of(link):
    """Return the frame of a coroutine or an asynchronous generator, or None if it has ended."""
    return link.cr_frame if inspect.iscoroutine(link) else link.ag_frame


def package(frame) -> str:
    """Return the top-level package whose code a frame runs."""
    return frame.f_globals.get("__name__", "").partition(".")[0]


def library(frames: list) -> list:
    """Return the frames of the websockets library."""
    return [frame for frame in frames if package(frame) == "websockets"]


def limited(frame) -> bool:
    """Tell whether a frame is a `recv(timeout=…)` of the threading client, with a limit of the learner's own."""
    return frame.f_code.co_name == "recv" and frame.f_locals.get("timeout") is not None


def timed(link) -> bool:
    """Tell whether a coroutine has set a timer that ends its wait, as `sleep`, `timeout` and `wait_for` do."""
    held = [*frame_of(link).f_locals.values(), *gc.get_referents(link)]  # what `async with` needs is no variable
    held = [each.__self__ if isinstance(each, types.MethodType) else each for each in held]
    timers = [each for each in held if isinstance(each, asyncio.Timeout | asyncio.TimerHandle)]
    ends = [each.when() for each in timers if isinstance(each, asyncio.Timeout) or not each.cancelled()]
    return any(end is not None and end > asyncio.get_running_loop().time() for end in ends)


def abort(frames: list) -> None:
    """Cut the connections in some frames, without closing handshakes, which a silent server would not answer."""
    for value in [value for frame in frames for value in list(frame.f_locals.values())]:
        value = getattr(value, "connection", None) if isinstance(value, connect) else value
        if isinstance(value, Connection):
            value.transport.abort()
        elif isinstance(value, ThreadingConnection):
            with contextlib.suppress(OSError):
                value.socket.shutdown(socket.SHUT_RDWR)
