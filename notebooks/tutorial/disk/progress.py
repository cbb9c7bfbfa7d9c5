"""What a learner has done: a small file for each exercise, such as `.course/progress/a-second-command.json`.

A file is written whole or not at all, and one that cannot be read counts as an exercise that was not begun.
"""

import json

from .files import stored, write
from .project import STATE

FOLDER = STATE / "progress"
EMPTY = {"passed": False, "failed": [], "hints": 0}


def of(names: list[str]) -> dict:
    """Return what is known of an exercise: `passed`, `failed` (a digest of each attempt), `hints` (seen).

    `names` are the one it has and those it had: the first under which something is kept counts.
    """
    return {**EMPTY, **next(filter(None, (stored(FOLDER / f"{name}.json", EMPTY) for name in names)), {})}


def note(names: list[str], *, passed: bool = False, failed: str | None = None, hints: int = 0) -> dict:
    """Add to what is known of an exercise and return it."""
    old = of(names)
    attempts = old["failed"] if failed is None or failed in old["failed"] else [*old["failed"], failed]
    new = {"passed": old["passed"] or passed, "failed": attempts, "hints": max(old["hints"], hints)}
    if new != old:
        write(FOLDER / f"{names[0]}.json", json.dumps(new).encode())
    return new
