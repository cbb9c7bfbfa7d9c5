"""The exercises: `%check 4.1`, `%hint 4.1`, `%solution 4.1`, `%progress`. Each lesson's are in a file of its own."""

import importlib
from functools import cache
from pathlib import Path

from ..project import TutorialError
from .exercise import Exercise


@cache
def every() -> dict[str, Exercise]:
    """Return number → exercise, in the order of the course."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("lesson_[0-9][0-9].py"))
    found = [exercise for name in names for exercise in importlib.import_module(f"{__name__}.{name}").EXERCISES]
    return {exercise.number: exercise for exercise in found}


def find(magic: str, number: str) -> Exercise:
    """Return an exercise; raise TutorialError for a number that no exercise has."""
    if number.strip() not in every():
        which = f"There is no exercise {number.strip()}." if number.strip() else "Which exercise?"
        raise TutorialError(
            f"{which} There are {', '.join(every())}. Write, for example, %{magic} {next(iter(every()))}"
        )
    return every()[number.strip()]
