"""`%fault`: a mistake in a handler that works, found by nothing but the wire. `course/faults/` has them."""

import random
import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from ..disk import course, fault
from ..disk.project import TutorialError
from ..server.handover import notebook
from ..shown import Shown, below, inline, sentences, table, title
from .exercises import COURSE, Exercise, every

LETTERS = "abcde"
NEWEST = 6  # faults among which chance chooses


@dataclass
class Fault(Exercise):
    """One mistake; as an exercise, `%check fault`, it is passed when it was named and is mended."""

    lesson: int = 0
    file: str = ""  # in course/faults/NN/: what is planted, whole
    shows: str = ""  # what the wire shows: one of the five sentences of `%found`
    beside: dict[str, str] = field(default_factory=dict)  # path → file: what else is planted, without a mistake
    about: str = ""  # a sentence on what is beside

    @property
    def names(self) -> list[str]:
        return [f"fault-{self.title}"]

    @property
    def name(self) -> str:
        return f"Fault {self.title}"

    @property
    def planted(self) -> dict[str, bytes]:
        """The files of the lesson with this mistake in one of them, and what stands beside it."""
        folder = COURSE / "faults" / f"{self.lesson:02}"
        changed = {path: (folder / file).read_bytes() for path, file in {**self.beside, self.saves: self.file}.items()}
        return {**course.at(course.begins(), self.lesson + 1), **changed}

    @property
    def solution(self) -> str:
        return course.at(course.begins(), self.lesson + 1)[self.saves].decode()

    def untouched(self, content: bytes | None) -> bool:
        return not fault.planted()["named"]

    @property
    def todo(self) -> str:
        if fault.hidden():
            return "It is still there. Say first what it does: %found lists what it may be."
        return f"The file was changed before the fault was named. %fault {self.title} plants it again."

    @property
    def done(self) -> str:
        return f"Named and mended. It was: {self.shows}"


def faults(lesson: int, path: str, check: Callable, *rows: tuple, beside=None, about: str = "") -> list[Fault]:
    """Return the faults of one lesson: number, file, what the wire shows, hints; `check` is what a right one does."""
    more = {"lesson": lesson, "beside": beside or {}, "about": about}
    return [
        Fault("fault", str(number), "core", check, path, hints=hints, file=file, shows=shows, **more)
        for number, file, shows, *hints in rows
    ]


@cache
def every_fault() -> dict[int, Fault]:
    """Return number → fault, in the order of the course."""
    files = sorted((COURSE / "faults").glob("[0-9][0-9].py"))
    lists = [each for file in files for each in runpy.run_path(str(file)).values() if isinstance(each, list)]
    return {int(each.title): each for found in lists for each in found if isinstance(each, Fault)}


def choose(line: str) -> Fault:
    """Return the fault of a number; without one, one of the newest that this lesson knows, never twice the same."""
    known, number = every_fault(), line.strip()
    if number:
        if not number.isdecimal() or int(number) not in known:
            raise TutorialError(f"There is no fault {number}. They have the numbers 1 to {max(known)}: %fault 7")
        return known[int(number)]
    lesson = int(notebook()[:2]) if notebook()[:2].isdecimal() else 0
    last = fault.planted()["number"]
    here = [each for each in known.values() if each.lesson <= lesson and int(each.title) != last][-NEWEST:]
    if not here:
        raise TutorialError(f"This notebook is no lesson. A number plants a fault, from 1 to {max(known)}: %fault 7")
    return random.choice(here)


def current() -> Fault:
    """Return the fault that was planted last; raise TutorialError where there is none."""
    found = every_fault().get(fault.planted()["number"])
    if found is None:
        raise TutorialError("No fault is planted. %fault plants one in a handler that works, %fault 7 number 7.")
    return found


def find(magic: str, line: str) -> Exercise:
    """Return the exercise of a number, or for `fault` the one that is planted; raise TutorialError for any other."""
    number = line.strip()
    if number == "fault":
        return current()
    if number not in every():
        which = f"There is no exercise {number}." if number else "Which exercise?"
        first, *_, last = every()
        raise TutorialError(f"{which} They go from {first} to {last}: %{magic} {first}. %progress lists them.")
    return every()[number]


def choices(right: Fault) -> dict[str, Fault]:
    """Return letter → fault: this one and four of the lessons around it; a class sees the same letters."""
    chance = random.Random(int(right.title))
    others = sorted(every_fault().values(), key=lambda each: abs(each.lesson - right.lesson))
    five = [right, *chance.sample([each for each in others if each.shows != right.shows][:6], 4)]
    chance.shuffle(five)
    return dict(zip(LETTERS, five, strict=True))


def found(line: str) -> Shown:
    """Return what `%found` and `%found c` show; a right letter ends the silence of the course."""
    right, letter = current(), line.strip().lower()
    five = choices(right)
    if letter and letter not in five:
        raise TutorialError(f"%found takes one of the letters {LETTERS[0]} to {LETTERS[-1]}, for example %found c")
    if not fault.hidden() and right.untouched(None):
        return below(sentences(right.todo), title(f"· {right.name}: it is not there any more."))
    if not letter:
        rows = [[inline(key), inline(each.shows)] for key, each in five.items()]
        how = "%found c says that it is c. If two of them fit, run a client that shows the difference."
        return below(title(f"· {right.name}: which of these is it?"), table(["", ""], rows), sentences(how))
    if five[letter] is not right:
        more = "Run a client that would show the difference, read %timeline again, or ask %hint fault."
        return below(sentences(more), title(f"✗ {right.name}: not {letter}.", "bad"))
    fault.note(named=True)
    what = f"Now mend it in {right.saves}: a cell below has the file. Save it, then run %check fault."
    return below(sentences(right.shows), sentences(what), title(f"✓ {right.name}: named.", "good"))
