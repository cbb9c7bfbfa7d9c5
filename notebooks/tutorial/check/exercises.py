"""What an exercise is, and which exercises the course has."""

import re
import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from ..disk import course
from ..disk.project import ROOT

COURSE = ROOT / "notebooks" / "course"
MARKS = ("warm-up", "core", "hard")  # a line or two, the idea of the lesson, one more idea


@dataclass
class Exercise:
    """One exercise of a lesson, see `notebooks/course/README.md`."""

    number: str  # "4.1"
    title: str
    mark: str  # one of MARKS
    check: Callable  # async: takes a `Visit` and notes what came
    saves: str | None = None  # the file to write; None where the learner's own client is judged
    was: str = ""  # the number that it had in an earlier course, where a learner's progress is kept
    hints: list[str] = field(default_factory=list)  # each one level deeper
    why: str = ""  # a paragraph below the solution: why it is written this way
    # Rows of (sent, came, what to say), of which the first that fits is told; or a function: visit → what to say.
    mistakes: list[tuple] | Callable = field(default_factory=list)

    @property
    def lesson(self) -> int:
        return int(self.number.partition(".")[0])

    @property
    def names(self) -> list[str]:
        """Under what progress is kept: a name that stays when lessons get other numbers; and what it was before."""
        return ["-".join(re.findall(r"\w+", self.title.lower())), *filter(None, [self.was])]

    @property
    def name(self) -> str:
        return f"{self.number} {self.title}"

    def untouched(self, content: bytes | None) -> bool:
        """Tell whether the file is as a lesson saves it, or not there."""
        return content is None or course.known(self.saves, content)

    @property
    def todo(self) -> str:
        """What to do where the file is untouched."""
        what = f"{self.saves} is as the course gives it. " if self.saves else ""
        return f"{what}Fill in the TODO in the cell above, run that cell{' to save the file' * bool(self.saves)}."

    @property
    def done(self) -> str:
        """What to say after a pass."""
        return f"%solution {self.number} shows ours. The next lesson starts clean, whichever way you took."

    @property
    def solution(self) -> str:
        return (COURSE / "solutions" / f"{self.number}.py").read_text(encoding="utf-8")


def exercise(number: str, title: str, mark: str, saves: str | None = None, was: str = "") -> Callable:
    """Return a decorator that makes an exercise of its check; `hints`, `mistakes` and `why` are attributes to set."""
    return lambda check: Exercise(number, title, mark, check, saves, was)


@cache
def every() -> dict[str, Exercise]:
    """Return number → exercise, in the order of the course."""
    files = sorted((COURSE / "exercises").glob("[0-9][0-9].py"))
    found = [each for file in files for each in runpy.run_path(str(file)).values() if isinstance(each, Exercise)]
    return {each.number: each for each in found}
