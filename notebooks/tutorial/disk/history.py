"""Keep what a learner wrote before anything replaces it, and bring it back: `%restore`.

`.course/history/00007/websocket_app/websocket.py` is what that file held before it was replaced for the seventh time.
"""

import time
from pathlib import Path

from . import course
from .files import contents, make, remove, unwritable, write
from .modules import forget_modules
from .project import ROOT, STATE, TutorialError, inside, relative

FOLDER = STATE / "history"
SHOWN = 20  # of the newest


def replace(path: Path, content: bytes | None) -> int | None:
    """Write `content` to a file of the project, or delete it for None; keep what was there.

    Returns the number under which the old content was kept, or None where nothing needed keeping.
    """
    old = contents(path)
    if old == content:
        return None
    number = None if old is None else keep(path, old)
    if content is None:
        remove(path)
    else:
        write(path, content)
    forget_modules()
    return number


def keep(path: Path, content: bytes) -> int | None:
    """Copy `content` into the history; return its number, the old one where it was kept lately.

    Returns None for what the course can make again by itself.
    """
    name = relative(path)
    if course.known(name, content):
        return None
    make(FOLDER)
    numbers = sorted(int(folder.name) for folder in FOLDER.iterdir() if folder.name.isdecimal())
    for number in numbers[-SHOWN:]:  # not of all, or each save would take longer than the one before
        file = FOLDER / f"{number:05}" / name
        if contents(file) == content and not linked(file):
            return number
    number = max(numbers, default=0) + 1
    while True:
        try:
            (FOLDER / f"{number:05}").mkdir()
            break
        except FileExistsError:  # of another notebook that keeps something now
            number += 1
        except OSError as error:
            raise unwritable(FOLDER, error) from None
    write(FOLDER / f"{number:05}" / name, content)
    return number


def entries() -> list[tuple[int, str, Path]]:
    """Return what was kept, newest first: number, path, and the file. Links are not followed."""
    found = []
    for file in FOLDER.glob("[0-9]*/**/*"):
        number, *parts = file.relative_to(FOLDER).parts
        if number.isdecimal() and file.is_file() and not linked(file):
            found.append((int(number), "/".join(parts), file))
    return sorted(found, reverse=True)


def linked(file: Path) -> bool:
    """Tell whether a link leads to a file of the history, or from there to another one."""
    return file.resolve() != FOLDER.resolve() / file.relative_to(FOLDER)


def listing() -> str:
    """Return the history, newest first, each entry with its first line that is not in the file now."""
    kept = entries()
    if not kept:
        return "Nothing of yours has been replaced yet."
    rows = [f"{number:>4}  {when(file)}  {path}{first_change(path, file)}" for number, path, file in kept[:SHOWN]]
    rest = [f"      … and {len(kept) - SHOWN} older"] if len(kept) > SHOWN else []
    return "\n".join([*rows, *rest, f"\n%restore {kept[0][0]} brings the first of these back."])


def when(file: Path) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(file.stat().st_mtime))


def first_change(path: str, file: Path) -> str:
    """Return the first line of a kept file that the project's file does not have now, on a line of its own."""
    now = (contents(ROOT / path) or b"").splitlines()
    for number, line in enumerate((contents(file) or b"").splitlines(), 1):
        if line.strip() and line not in now:
            return f"\n      line {number}: {line.decode(errors='replace').strip()[:60]}"
    return ""


def restore(argument: str) -> tuple[Path, bytes]:
    """Return the file and the content that the number `argument` names; raise TutorialError if it names none."""
    for number, path, file in entries():
        if str(number) == argument:
            return inside(path), contents(file)
    raise TutorialError(f"%restore takes a number from the list, and {argument} is not one. %restore shows the list.")
