"""The learner's own line: where in the project an event, an exception or a task comes from.

Lines are those of the saved file. A place is a dict of `path` (from the project's parent), `line` and the `code` that
stands there; an empty dict where no line of the project is known.
"""

import linecache
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from traceback import walk_stack, walk_tb

# What the application is given as `receive` and `send`.
SERVER = {(f"{__package__}.recorder", "noted_receive"), (f"{__package__}.recorder", "noted_send")}


class Places:
    """Knows the files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.known: dict[tuple[str, int], dict] = {}

    def mine(self, filename: str) -> bool:
        """Tell whether a file is the project's own."""
        return filename.startswith(self.folder + os.sep)

    def where(self, path: str, line: int) -> dict:
        """Return a line of one of the project's files as a place."""
        if (path, line) not in self.known:
            name = str(Path(path).relative_to(Path(self.folder).parent))
            self.known[path, line] = {"path": name, "line": line, "code": linecache.getline(path, line).strip()}
        return self.known[path, line]

    def blame(self, error: BaseException) -> dict:
        """Return the place that an exception comes from."""
        return self.innermost(walk_tb(error.__traceback__))

    def caller(self) -> dict:
        """Return the place that runs now; an empty dict where Django acts for it."""
        first = sys._getframe(1)
        for frame, _ in walk_stack(first):
            if self.mine(frame.f_code.co_filename):
                return self.running(first)
            if frame.f_globals.get("__name__", "").startswith("django."):
                break  # some versions send from a task of their own, with no line of the project below
        return {}

    def running(self, frame) -> dict:
        """Return the place that a running frame, or what has called it, has reached."""
        return self.innermost(reversed(list(walk_stack(frame)))) if frame is not None else {}

    def waiting(self, coroutines: Iterable) -> dict:
        """Return the place at which a connection waits: of its coroutines, the one that waits for the server."""
        chains = [list(chain(coroutine)) for coroutine in coroutines]
        return self.innermost(next(filter(reaches_server, chains), chains[0] if chains else []))

    def innermost(self, frames: Iterable[tuple]) -> dict:
        """Return the innermost place in frames with their lines, which come outermost first."""
        frames = list(frames)
        own = [(frame, line) for frame, line in frames if self.mine(frame.f_code.co_filename)]
        if reaches_server(frames):  # not by a wrapper of the project's own: the line that calls the wrapper counts
            wrapped = (index for index in range(1, len(own)) if passes_on(own[index - 1][0], own[index][0]))
            own = own[: next(wrapped, None)]
        return self.where(own[-1][0].f_code.co_filename, own[-1][1]) if own else {}


def kept(value: object) -> bool:
    """Tell whether a module of the project has a name for it, as for a task that all connections share."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("websocket_app.")]
    return any(each is value for module in modules for each in vars(module).values())


def chain(coroutine) -> Iterable[tuple]:
    """Return the frames that a coroutine waits in, outermost first, with their lines."""
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None)
        if frame is not None:
            yield frame, frame.f_lineno
        coroutine = getattr(coroutine, "cr_await", None)


def reaches_server(frames: Iterable[tuple]) -> bool:
    """Tell whether frames lead into the server's `receive` or `send`."""
    return any((frame.f_globals.get("__name__"), frame.f_code.co_name) in SERVER for frame, _ in frames)


def passes_on(frame, callee) -> bool:
    """Tell whether `callee` is what `frame` has been given as its `receive` or `send`."""
    given = (frame.f_locals.get(name) for name in ("receive", "send"))
    return any(getattr(function, "__code__", None) is callee.f_code for function in given)
