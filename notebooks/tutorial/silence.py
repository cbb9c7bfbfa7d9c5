"""`asyncio.run` in a cell: as in a script, but a client that hears nothing gives up and the stop button works."""

import asyncio
import contextlib
import functools
import gc
import inspect
import types
from collections.abc import Callable, Iterable

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection

LIMIT = 2.0  # seconds of silence before a client gives up: its reason is shown within 3, also on a slow machine
LIBRARIES = {"asyncio", "contextlib", "websockets"}  # what a client waits in, none of it the learner's
LINKS = (types.CoroutineType, types.AsyncGeneratorType)  # what waits for one another


class Silence(Exception):
    """A client waited and nothing came; `filename` and `line` are where in the cell it waits."""

    def __init__(self, frame) -> None:
        self.filename, self.line = frame.f_code.co_filename, frame.f_lineno
        super().__init__(f"nothing came for {LIMIT:g} seconds")


def apply(look: Callable[[], None]) -> None:
    """Make `asyncio.run` patient, not endless. Call it after nest_asyncio2.apply().

    `look` is called before an unfinished client is ended, while the server still shows what it waits for.
    """
    run = asyncio.run
    if hasattr(run, "__wrapped__"):
        return

    @functools.wraps(run)
    def patient_run(main, **options):
        return run(watched(main, look), **options) if asyncio.iscoroutine(main) else run(main, **options)

    asyncio.run = patient_run


async def watched(main, look: Callable[[], None]):
    """Return what `main` returns; raise Silence where it waits too long for a WebSocket server."""
    around = asyncio.all_tasks()
    task = asyncio.ensure_future(main)
    clock, before, since = asyncio.get_running_loop().time, {}, 0.0
    try:
        while not (await asyncio.wait([task], timeout=0.1))[0]:
            # What each task waits for: the same object as before means that nothing happened in between.
            waits = {each: each._fut_waiter for each in asyncio.all_tasks() - around}
            waits = {each: future for each, future in waits.items() if own(each)}
            if waits != before:
                before, since = waits, clock()
            elif clock() - since > LIMIT and silent(waits):
                stack = frames(task)
                raise Silence(next((f for f in reversed(stack) if package(f) not in LIBRARIES), stack[0]))
        return task.result()
    finally:
        if not task.done():
            look()
            await end(task)


def chain(task: asyncio.Task) -> list:
    """Return the coroutines and asynchronous generators that a task waits in, outermost first."""
    found, waits = [], task.get_coro()
    while waits is not None:
        if not isinstance(waits, LINKS):  # `async for` waits in an object that holds the next link without a name
            held = gc.get_referents(waits)
            waits = next((each for each in held if isinstance(each, LINKS) and each not in found), None)
            continue
        found.append(waits)
        waits = waits.cr_await if inspect.iscoroutine(waits) else waits.ag_await
    return [link for link in found if frame_of(link) is not None]


def frame_of(link):
    """Return the frame of a coroutine or an asynchronous generator, or None if it has ended."""
    return link.cr_frame if inspect.iscoroutine(link) else link.ag_frame


def frames(task: asyncio.Task) -> list:
    """Return the frames that a task waits in, outermost first."""
    return [frame_of(link) for link in chain(task)]


def package(frame) -> str:
    """Return the top-level package whose code a frame runs."""
    return frame.f_globals.get("__name__", "").partition(".")[0]


def own(task: asyncio.Task) -> bool:
    """Tell whether a task is the learner's, not the one that the websockets library makes for each connection."""
    return not any(frame.f_code is Connection.keepalive.__code__ for frame in frames(task)[:1])


def silent(tasks: Iterable[asyncio.Task]) -> bool:
    """Tell whether some task waits for a WebSocket server and none for the clock, apart from the library's limits."""
    links = [link for task in tasks for link in chain(task)]
    library = [link for link in links if package(frame_of(link)) == "websockets"]
    return bool(library) and not any(timed(link) for link in links if link not in library)


def timed(link) -> bool:
    """Tell whether a coroutine has set a timer that ends its wait, as `sleep`, `timeout` and `wait_for` do."""
    held = [*frame_of(link).f_locals.values(), *gc.get_referents(link)]  # what `async with` needs is no variable
    held = [each.__self__ if isinstance(each, types.MethodType) else each for each in held]
    timers = [each._timeout_handler if isinstance(each, asyncio.Timeout) else each for each in held]
    timers = [each for each in timers if isinstance(each, asyncio.TimerHandle) and not each.cancelled()]
    return any(timer.when() > asyncio.get_running_loop().time() for timer in timers)


async def end(task: asyncio.Task) -> None:
    """Stop a client at once: without its connections' closing handshakes, which a silent server would not answer."""
    for frame in frames(task):
        for value in list(frame.f_locals.values()):
            value = value.connection if isinstance(value, connect) and hasattr(value, "connection") else value
            if isinstance(value, Connection):
                value.transport.abort()
    for _ in range(2):
        task.cancel()
        await asyncio.wait([task], timeout=0.5)
    with contextlib.suppress(BaseException):
        task.exception()
