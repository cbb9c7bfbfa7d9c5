"""One lesson of a rehearsal: its notebook, what is stored in it, and what its run showed."""

import difflib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..disk import course
from ..disk.files import digest
from ..disk.project import ROOT, TutorialError
from .mask import Mask, predicts, shown
from .notebook import KernelFailed, Run

PRACTICE = {"exercise", "experiment"}  # tags of cells whose files the next lesson does not begin with
READ, RUN, SAVE = 80, 3, 10  # words read, cells run and new lines saved in a minute, by a beginner in a second language
LINES = 12  # of a difference or a failure that are shown


@dataclass
class Lesson:
    """A notebook, what is stored in it, and what its run showed."""

    path: Path
    stored: NotebookNode
    fresh: NotebookNode
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    broken: bool = False  # a cell failed or was not reached; else problems are about what is stored

    @property
    def number(self) -> int:
        return int(self.path.name[:2])

    @property
    def title(self) -> str:
        return self.path.stem[3:].replace("_", " ")

    @property
    def cells(self) -> list[NotebookNode]:
        return [cell for cell in self.fresh.cells if cell.cell_type == "code"]

    def run(self, copy: Path, mask: Mask, progress: Callable[[], object]) -> None:
        """Run in a fresh kernel, as JupyterLab would in the copy; note the first cell that failed."""
        environment = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment["JPY_SESSION_NAME"] = str(copy / "notebooks" / self.path.name)
        # Django formats the migration that a lesson makes, where it finds black; a learner may like that.
        paths = os.environ.get("PATH", "").split(os.pathsep)
        environment["PATH"] = os.pathsep.join(path for path in paths if not shutil.which("black", path=path))
        began = time.monotonic()
        try:
            with Run(copy / "notebooks", environment) as kernel:
                kernel.run_all(self.fresh, progress)
        except KernelFailed as error:
            self.problems.append(f"behind cell {error.finished}: {error}")
        self.seconds = time.monotonic() - began
        for number, cell in enumerate(self.cells, 1):
            trouble = failure(cell)
            if trouble and not self.problems:
                self.problems.append(f"cell {number} failed:\n{quote(cell.source)}\n  ──\n{quote(mask.text(trouble))}")
        self.broken = bool(self.problems)

    def saves(self) -> Iterator[tuple[bool, str, bytes]]:
        """Give what each `%%save` cell writes: whether it is only practice, the path, the content."""
        for cell in self.cells:
            first, _, body = cell.source.lstrip("\n").partition("\n")
            if first.startswith("%%save "):
                practice = not PRACTICE.isdisjoint(cell.metadata.get("tags", []))
                yield practice, first.split()[1], (body if body.endswith("\n") else f"{body}\n").encode()

    def saved(self) -> set[str]:
        """Return the SHA-256 of everything that a `%%save` cell writes."""
        return {digest(content) for _, _, content in self.saves()}

    def left(self, before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, bytes]:
        """Return the files with which the next lesson begins: those `after` this one, without what is only practice."""
        files, saves = dict(before), list(self.saves())
        files |= {path: content for practice, path, content in saves if not practice}
        files = {**after, **{path: files.get(path) for practice, path, _ in saves if practice}}
        return {path: content for path, content in files.items() if content is not None}

    def predicted(self) -> list[str]:
        """Return what each cell with a prediction has shown, on one line."""
        outputs = [[each.get("data", {}).get("text/plain") for each in c.outputs] for c in self.cells if predicts(c)]
        return [f"{self.number:02} {' '.join(filter(None, texts))}" for texts in outputs]

    @property
    def minutes(self) -> int:
        """How long a beginner takes, without exercises and what goes further."""
        before = course.at(course.begins(), self.number)
        words, runs, lines = 0, 0, {path: set(content.splitlines()) for path, content in before.items()}
        there, counts = sum(map(len, lines.values())), True
        for cell in self.fresh.cells:
            heading = re.match(r"##? (Exercise|Going further)?", cell.source)
            counts = counts if heading is None or cell.cell_type == "code" else not heading[1]
            if counts and cell.cell_type == "code":
                runs += 1
                if cell.source.startswith("%%save "):
                    path, _, body = cell.source.removeprefix("%%save ").partition("\n")
                    lines.setdefault(path, set()).update(body.encode().splitlines())
            elif counts:
                words += len(cell.source.split())
        return round(words / READ + runs / RUN + (sum(map(len, lines.values())) - there) / SAVE)

    def compare(self, mask: Mask) -> None:
        """Note the cells that show something else than what is stored."""
        stored = [cell for cell in self.stored.cells if cell.cell_type == "code"]
        for number, cells in enumerate(zip(stored, self.cells, strict=True), 1):
            before, after = (shown(cell, mask).splitlines() for cell in cells)
            if before != after and not predicts(cells[1]):
                lines = "\n".join(difflib.unified_diff(before, after, "stored", "now", n=1, lineterm=""))
                self.problems.append(f"cell {number} shows something else than what is stored:\n{quote(lines)}")

    def row(self, width: int) -> str:
        checks = [cell for cell in self.cells if re.match(r"\s*%check\b", cell.source)]
        passed = sum(not failure(cell) for cell in checks)
        counts = f"{passed}/{len(checks)}" if passed < len(checks) else str(passed)
        ok = "NO" if self.problems or not self.seconds else "yes"
        line = f"{self.number:>2} {self.title:<{width}}  {len(self.cells):>5}  {counts:>6}  {self.minutes:>7}"
        return f"{line}  {self.seconds:>7.1f}  {ok}"


def choose(numbers: list[int]) -> list[Lesson]:
    """Return the lessons of these numbers, all of them for none, in order."""
    lessons = []
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        try:
            notebook = nbformat.read(path, as_version=4)
        except Exception as error:  # nbformat raises whatever the damage leads to
            raise TutorialError(
                f"{path.name} is not a notebook that can be read ({error}). git checkout notebooks/{path.name} brings "
                "back the one of the course."
            ) from None
        fresh = nbformat.from_dict(notebook)
        for cell in fresh.cells:  # the course predicts nothing, whatever a learner has written
            cell.source = re.sub(r"^%predict .*", "%predict", cell.source)
        lessons.append(Lesson(path, notebook, fresh))
    there = [lesson.number for lesson in lessons]
    for number in numbers or [1]:
        if number not in there:
            raise TutorialError(f"There is no lesson {number}; there are: {', '.join(map(str, there)) or 'none'}.")
    return [lesson for lesson in lessons if not numbers or lesson.number in numbers]


def failure(cell: NotebookNode) -> str:
    """Return what a cell said if it failed, "" if it did not."""
    if cell.execution_count is None and cell.source.strip():
        return "it was not reached"
    if "raises-exception" not in cell.metadata.get("tags", []):
        for output in cell.outputs:
            if output.output_type == "error":
                return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
    return ""


def quote(text: str) -> str:
    lines = text.strip("\n").splitlines()
    lines[LINES:] = ["…"] if len(lines) > LINES else []
    return "\n".join(f"  {line}" for line in lines)
