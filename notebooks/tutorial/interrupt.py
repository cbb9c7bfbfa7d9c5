"""What the stop button does: `KeyboardInterrupt`, but not in the middle of what the event loop or a library does.

There it would be lost (Python ignores what a callback of the garbage collector raises), or it would leave a
connection that can no longer be closed. In a cell's own code it is raised at once; else at the loop's next step, or
where a moment later that step has not come.
"""

import asyncio
import contextlib
import signal
import threading
import types

MOMENT = 0.3  # seconds that the event loop has for its next step
late = threading.Event()


def install(names: dict) -> None:
    """Take the place of Python's own handler while a cell runs, whose global names are `names`.

    Any other handler stays, such as IPython's for an `await` on top of a cell.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        late.clear()
        # No functools.partial: CPython 3.11 asks for the repr of a handler, and that one has all names of the learner.
        signal.signal(signal.SIGINT, lambda signum, frame: interrupted(names, signum, frame))


def interrupted(names: dict, signum: int, frame) -> None:
    """Handle SIGINT, in the frame that runs."""
    loop, line = None, None  # the loop that the cell runs and that runs this frame; the innermost line of the cell
    outer = frame
    while outer is not None and not (loop and outer.f_globals is names):
        if outer.f_globals is names:
            line = line or outer
        elif outer.f_code.co_name == "_run_once":
            loop = loop or outer.f_locals["self"]
        outer = outer.f_back
    if line is frame or outer is None or late.is_set():
        with contextlib.suppress(RuntimeError, AttributeError):  # no event loop, no task
            # Nobody may ask the task why it ended, and Python would complain of that.
            asyncio.current_task().add_done_callback(lambda task: task.cancelled() or task.exception())
        raise KeyboardInterrupt
    line = line or outer
    trace = types.TracebackType(None, line, line.f_lasti, line.f_lineno)
    timer = threading.Timer(MOMENT, raise_again)

    def next_step() -> None:
        timer.cancel()
        raise KeyboardInterrupt().with_traceback(trace)

    timer.start()
    loop.call_soon_threadsafe(next_step)


def raise_again() -> None:
    late.set()
    signal.raise_signal(signal.SIGINT)
