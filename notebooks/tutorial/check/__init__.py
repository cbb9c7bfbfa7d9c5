"""The exercises: `%check 4.1`, `%hint 4.1`, `%solution 4.1`, `%progress`. Their content is in `course/exercises/`."""

import importlib.util
import sys
from functools import cache
from pathlib import Path

from ..disk.project import ROOT, TutorialError
from .exercise import Exercise

FOLDER = ROOT / "notebooks" / "course" / "exercises"


def load(path: Path):
    """Import the exercises of one lesson from their file, such as 04.py."""
    spec = importlib.util.spec_from_file_location(f"lesson_{path.stem}", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def every() -> dict[str, Exercise]:
    """Return number → exercise, in the order of the course."""
    found = [exercise for path in sorted(FOLDER.glob("[0-9][0-9].py")) for exercise in load(path).EXERCISES]
    return {exercise.number: exercise for exercise in found}


def find(magic: str, number: str) -> Exercise:
    """Return an exercise; raise TutorialError for a number that no exercise has."""
    if number.strip() not in every():
        which = f"There is no exercise {number.strip()}." if number.strip() else "Which exercise?"
        raise TutorialError(
            f"{which} There are {', '.join(every())}. Write, for example, %{magic} {next(iter(every()))}"
        )
    return every()[number.strip()]
