"""The folder the course works in: where it is, what may be written there, and how."""

import os
import stat
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "websocket_app"
STATE = ROOT / ".course"  # history of saves, progress, log, port: this machine's own, ignored by git
WIDTH = 78  # columns of what is said


class TutorialError(Exception):
    """A sentence for the learner: what happened, where, what to type next. Shown without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return wrapped(str(self)).splitlines()


def wrapped(text: str) -> str:
    """Return sentences in lines that fit; a line that begins with a space is code and stays as it is.

    A place such as "…, line 4:" stays in one piece.
    """
    lines = [line if line.startswith(" ") else line.replace(", line ", ",\0line\0") for line in text.splitlines()]
    fitting = [line if line.startswith(" ") else textwrap.fill(line, WIDTH, break_on_hyphens=False) for line in lines]
    return "\n".join(fitting).replace("\0", " ")


def inside(path: str) -> Path:
    """Return the place in the project that a learner means by `path`; raise TutorialError for any other."""
    if not path:
        raise TutorialError("Which file? Write it behind the magic: %%save websocket_app/websocket.py")
    if len(path.split()) > 1 or "\0" in path:
        raise TutorialError(f"{path!r} is not one path. Write it alone: %%save websocket_app/websocket.py")
    target = Path(os.path.normpath(ROOT / path))
    try:
        within = target.resolve().is_relative_to(PACKAGE)
        folder = stat.S_ISDIR(os.stat(target).st_mode)  # `is_dir` hides a name that is too long from CPython 3.14 on
    except (FileNotFoundError, NotADirectoryError):
        folder = False
    except (OSError, RuntimeError) as error:  # a name that is too long, or links in a circle
        raise TutorialError(
            f"{path[: WIDTH // 2]}… cannot be the name of a file ({getattr(error, 'strerror', error)}). "
            "Nothing was written."
        ) from None
    if not within:
        raise TutorialError(f"{path} is outside websocket_app/, and %%save writes only there. Nothing was written.")
    if folder or path.endswith(("/", os.sep)):
        raise TutorialError(f"{path} is a folder. Name the file in it: %%save {path.rstrip('/')}/websocket.py")
    return target


def no_link(path: Path) -> None:
    """Raise TutorialError for a place that a link leads out of the course's folder to."""
    if not path.parent.resolve().is_relative_to(ROOT):
        raise TutorialError(
            f"{relative(path.parent)} is a link that leads out of the course. Nothing is written through it: "
            "move the link away, then run this cell again."
        )


def relative(path: Path) -> str:
    """Return a path as the learner writes it, from where manage.py stands."""
    return path.relative_to(ROOT).as_posix()


def sources() -> list[Path]:
    """Return every file of the project that a server reads."""
    found = (path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".html"})
    # JupyterLab's editor keeps copies in hidden folders.
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(PACKAGE).parts))
