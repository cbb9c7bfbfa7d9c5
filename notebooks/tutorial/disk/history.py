"""Keep what a learner wrote before anything replaces it, and bring it back: `%restore`."""

import json
import time
from pathlib import Path

from . import course
from .files import contents, make, remove, unwritable, write
from .modules import forget_modules
from .project import STATE, TutorialError, inside, relative

FOLDER = STATE / "history"
SHOWN = 20


def replace(path: Path, content: bytes | None) -> int | None:
    """Write `content` to a file of the project, or delete it for None; keep what was there.

    Returns the number under which the old content was kept, or None where nothing needed keeping:
    there was no file, it is the same, it was kept already, or the course can make it again by itself.
    """
    old = contents(path)
    if old == content:
        return None
    kept = None
    if old is not None and not course.known(relative(path), old):
        kept = keep(path, old)
    if content is None:
        remove(path)
    else:
        write(path, content)
    forget_modules()
    return kept


def keep(path: Path, content: bytes) -> int:
    """Copy `content` into the history; return its number, an old one where it was kept before."""
    before = entries()
    for entry in before:
        if (entry["path"], entry["content"]) == (relative(path), content):
            return entry["number"]
    about = {"path": relative(path), "when": time.strftime("%Y-%m-%d %H:%M:%S")}
    number = new_number()
    write(FOLDER / f"{number:05}.txt", content)
    write(FOLDER / f"{number:05}.json", json.dumps(about).encode())
    return number


def new_number() -> int:
    """Return a number that no entry has, not even one that another notebook makes now."""
    make(FOLDER)
    number = max((int(path.stem) for path in FOLDER.glob("*.txt") if path.stem.isdecimal()), default=0)
    while True:
        number += 1
        try:
            (FOLDER / f"{number:05}.txt").touch(exist_ok=False)
            return number
        except FileExistsError:
            continue
        except OSError as error:
            raise unwritable(FOLDER / f"{number:05}.txt", error) from None


def entries() -> list[dict]:
    """Return what was kept, newest first: `number`, `path`, `when`, `content`."""
    found = []
    for about in sorted(FOLDER.glob("*.json"), reverse=True):
        content = contents(about.with_suffix(".txt"))
        try:
            entry = json.loads(about.read_text())
            if content is not None:
                what = {"path": entry["path"], "when": entry["when"], "content": content}
                found.append({"number": int(about.stem), **what})
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a damaged entry hides no other
    return found


def listing() -> str:
    """Return the history as a table, newest first."""
    kept = entries()
    if not kept:
        return "Nothing was replaced yet that the course cannot make again by itself."
    rows = [f"{entry['number']:>4}  {entry['when']}  {entry['path']}" for entry in kept[:SHOWN]]
    rest = [f"      … and {len(kept) - SHOWN} older"] if len(kept) > SHOWN else []
    return "\n".join([*rows, *rest, f"\n%restore {kept[0]['number']} brings the first of these back."])


def restore(argument: str) -> tuple[Path, bytes]:
    """Return the file and the content that the number `argument` names; raise TutorialError if it names none."""
    for entry in entries():
        if str(entry["number"]) == argument:
            return inside(entry["path"]), entry["content"]
    raise TutorialError(f"%restore takes a number from the list, and {argument} is not one. %restore shows the list.")
