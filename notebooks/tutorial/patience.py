"""`asyncio.run` in a cell: as in a script, but a client that hears nothing gives up and the stop button works."""

import asyncio
import contextlib
import functools
from collections.abc import Callable

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection

LIMIT = 2.0  # seconds of silence before a client gives up: its reason is shown within 3, also on a slow machine
LIBRARIES = {"asyncio", "contextlib", "websockets"}  # what a client waits in, none of it the learner's


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
            waits = {each: future for each, future in waits.items() if own(frames(each))}
            if waits != before:
                before, since = waits, clock()
            elif clock() - since > LIMIT and silent([frames(each) for each in waits]):
                stack = frames(task)
                raise Silence(next((f for f in reversed(stack) if package(f) not in LIBRARIES), stack[0]))
        return task.result()
    finally:
        if not task.done():
            look()
            await end(task)


def frames(task: asyncio.Task) -> list:
    """Return the frames of the coroutines that a task waits in, outermost first."""
    found, coroutine = [], task.get_coro()
    while getattr(coroutine, "cr_frame", None) is not None:
        found.append(coroutine.cr_frame)
        coroutine = coroutine.cr_await
    return found


def package(frame) -> str:
    """Return the top-level package whose code a frame runs."""
    return frame.f_globals.get("__name__", "").partition(".")[0]


def own(stack: list) -> bool:
    """Tell whether a task is the learner's, not one that the websockets library made for itself."""
    return not stack or package(stack[0]) != "websockets"


def silent(stacks: list[list]) -> bool:
    """Tell whether some task waits for a WebSocket server and none for the clock."""
    if any(stack and stack[-1].f_code is asyncio.sleep.__code__ for stack in stacks):
        return False
    return any(package(frame) == "websockets" for stack in stacks for frame in stack)


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
