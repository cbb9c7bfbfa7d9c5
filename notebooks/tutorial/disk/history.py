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
SHOWN = 20


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
    """Copy `content` into the history; return its number, the old one where it was kept before.

    Returns None for what the course can make again by itself.
    """
    name = relative(path)
    if course.known(name, content):
        return None
    for entry in entries():
        if (entry["path"], entry["content"]) == (name, content):
            return entry["number"]
    make(FOLDER)
    number = max((int(folder.name) for folder in FOLDER.iterdir() if folder.name.isdecimal()), default=0) + 1
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


def entries() -> list[dict]:
    """Return what was kept, newest first: `number`, `path`, `when`, `content`. Links are not followed."""
    found = []
    for file in FOLDER.glob("[0-9]*/**/*"):
        number, *parts = file.relative_to(FOLDER).parts
        if number.isdecimal() and file.is_file() and file.resolve() == FOLDER.resolve() / number / Path(*parts):
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(file.stat().st_mtime))
            entry = {"path": "/".join(parts), "when": when, "content": contents(file)}
            found.append({"number": int(number), **entry})
    return sorted(found, key=lambda entry: -entry["number"])


def listing() -> str:
    """Return the history, newest first, each entry with its first line that is not in the file now."""
    kept = entries()
    if not kept:
        return "Nothing of yours has been replaced yet."
    rows = [f"{entry['number']:>4}  {entry['when']}  {entry['path']}{first_change(entry)}" for entry in kept[:SHOWN]]
    rest = [f"      … and {len(kept) - SHOWN} older"] if len(kept) > SHOWN else []
    return "\n".join([*rows, *rest, f"\n%restore {kept[0]['number']} brings the first of these back."])


def first_change(entry: dict) -> str:
    """Return the first line of an entry that the file does not have now, on a line of its own."""
    now = (contents(ROOT / entry["path"]) or b"").splitlines()
    for number, line in enumerate(entry["content"].splitlines(), 1):
        if line.strip() and line not in now:
            return f"\n      line {number}: {line.decode(errors='replace').strip()[:60]}"
    return ""


def restore(argument: str) -> tuple[Path, bytes]:
    """Return the file and the content that the number `argument` names; raise TutorialError if it names none."""
    for entry in entries():
        if str(entry["number"]) == argument:
            return inside(entry["path"]), entry["content"]
    raise TutorialError(f"%restore takes a number from the list, and {argument} is not one. %restore shows the list.")
