"""What a learner has done: one small file, `.course/progress.json`, with one exercise in each line.

It is read and written whole under a lock, so notebooks side by side lose nothing, and an interrupted cell
leaves the old file or the new one. A damaged file is set aside; the lines in it that can be read go on.
"""

import contextlib
import json
import sys
from collections.abc import Iterator

from .files import contents, make, unwritable, write
from .project import STATE, relative

FILE = STATE / "progress.json"
EMPTY = {"passed": False, "failed": [], "hints": 0}


def of(number: str) -> dict:
    """Return what is known of an exercise: `passed`, `failed` (a digest of each attempt), `hints` (seen)."""
    return {**EMPTY, **read().get(number, {})}


def note(number: str, *, passed: bool = False, failed: str | None = None, hints: int = 0) -> dict:
    """Add to what is known of an exercise and return it."""
    with alone():
        known = load()
        old = {**EMPTY, **known.get(number, {})}
        attempts = old["failed"] if failed is None or failed in old["failed"] else [*old["failed"], failed]
        new = {"passed": old["passed"] or passed, "failed": attempts, "hints": max(old["hints"], hints)}
        if new != known.get(number):
            store({**known, number: new})
    return new


def read() -> dict[str, dict]:
    """Return exercise → what is known of it."""
    with alone():
        return load()


def store(known: dict[str, dict]) -> None:
    lines = (f"{json.dumps(number)}: {json.dumps(known[number])}" for number in sorted(known))
    write(FILE, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def load() -> dict[str, dict]:
    """Return what the file holds; set a damaged one aside and say so."""
    content = contents(FILE)
    if content is None:
        return {}
    try:
        return sound(json.loads(content))
    except ValueError:
        saved = salvage(content.decode(errors="replace"))
        number = 1 + len(list(STATE.glob("progress.damaged-*.json")))
        aside = FILE.replace(STATE / f"progress.damaged-{number}.json")
        store(saved)
        many = f"{len(saved)} of its lines" if saved else "none of its lines"
        print(
            f"{relative(FILE)} was damaged: it is set aside as {relative(aside)}, and {many} could be read and go on."
        )
        return saved


def sound(known: object) -> dict[str, dict]:
    """Return what was read; raise ValueError where it is not what `note` writes."""
    if not isinstance(known, dict):
        raise ValueError("no dict")
    for entry in known.values():
        if not isinstance(entry, dict) or any(type(entry.get(key, old)) is not type(old) for key, old in EMPTY.items()):
            raise ValueError("not an exercise")
    return known


def salvage(text: str) -> dict[str, dict]:
    """Return the exercises of a damaged file that can be read."""
    found = {}
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            found |= sound(json.loads("{" + line.strip().rstrip(",") + "}"))
    return found


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Keep other notebooks of this folder out; a process that dies lets go."""
    make(STATE)
    lock = STATE / "progress.lock"
    try:
        file = open(lock, "w")
    except OSError as error:
        raise unwritable(lock, error) from None
    with file:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
