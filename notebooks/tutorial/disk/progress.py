"""What a learner has done: a small file for each exercise, such as `.course/progress/4.1.json`.

A file is written whole or not at all, and one that cannot be read counts as an exercise that was not begun.
"""

import json
from pathlib import Path

from .files import contents, write
from .project import STATE

FOLDER = STATE / "progress"
EMPTY = {"passed": False, "failed": [], "hints": 0}


def of(number: str) -> dict:
    """Return what is known of an exercise: `passed`, `failed` (a digest of each attempt), `hints` (seen)."""
    return {**EMPTY, **load(FOLDER / f"{number}.json")}


def note(number: str, *, passed: bool = False, failed: str | None = None, hints: int = 0) -> dict:
    """Add to what is known of an exercise and return it."""
    old = of(number)
    attempts = old["failed"] if failed is None or failed in old["failed"] else [*old["failed"], failed]
    new = {"passed": old["passed"] or passed, "failed": attempts, "hints": max(old["hints"], hints)}
    if new != old:
        write(FOLDER / f"{number}.json", json.dumps(new).encode())
    return new


def read() -> dict[str, dict]:
    """Return exercise → what is known of it."""
    found = {path.stem: load(path) for path in sorted(FOLDER.glob("*.json"))}
    return {number: {**EMPTY, **known} for number, known in found.items() if known}


def load(path: Path) -> dict:
    """Return what a file holds; an empty dict where it is not what `note` writes."""
    try:
        known = json.loads(contents(path) or b"{}")
    except ValueError:
        return {}
    sound = isinstance(known, dict) and all(type(known.get(key, old)) is type(old) for key, old in EMPTY.items())
    return known if sound else {}
