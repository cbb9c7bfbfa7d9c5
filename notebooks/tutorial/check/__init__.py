"""`%check`, `%hint`, `%solution`, `%progress`, and the words in which `course/exercises/` is written."""

from .exercises import Exercise, every, exercise
from .faults import faults, find
from .values import ACCEPTED, ANYTHING, DROPPED, NOTHING, Came, closed, entries, status

__all__ = ["ACCEPTED", "ANYTHING", "DROPPED", "NOTHING", "Came", "Exercise"]
__all__ += ["closed", "entries", "every", "exercise", "faults", "find", "status"]
