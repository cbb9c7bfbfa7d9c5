"""`manage.py rehearse`: a teacher's dress rehearsal. Every lesson runs as in class, in a copy of the course.

With `--write` the run becomes what is stored: the notebooks' outputs, where each lesson begins (`starts/`) and
`websocket_app/`, the end of the course. Without it, what is stored must agree with the run.
"""

import argparse
import difflib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from ..disk import course, history
from ..disk.files import contents, write
from ..disk.project import PACKAGE, ROOT, TutorialError
from ..server import sockets
from .mask import Mask
from .notebook import KernelFailed, Run
from .stored import Files, as_stored, package_files, starts_files, steps_file

LEFT_BEHIND = {".git", ".venv", ".course", ".secret_key", "db.sqlite3", "__pycache__", ".ipynb_checkpoints"}
ALIEN = {"PYTHONDONTWRITEBYTECODE", "DJANGO_SETTINGS_MODULE"}  # variables that a kernel of JupyterLab does not see
BAR = "{desc} {bar} {n_fmt}/{total_fmt} cells {elapsed}"
LINES = 12  # of a difference or a failure that are shown


@dataclass
class Lesson:
    """A notebook and what its run showed."""

    number: int
    title: str
    path: Path
    stored: NotebookNode
    fresh: NotebookNode
    seconds: float = 0.0
    ends: Files = field(default_factory=dict)  # the project's files when it is over
    problems: list[str] = field(default_factory=list)
    broken: bool = False  # a cell failed or was not reached; else problems are about what is stored

    @property
    def cells(self) -> list[NotebookNode]:
        return [cell for cell in self.fresh.cells if cell.cell_type == "code"]

    @property
    def checks(self) -> tuple[int, int]:
        """How many `%check` cells passed, and how many there are."""
        checks = [cell for cell in self.cells if re.match(r"\s*%check\b", cell.source)]
        return sum(not failure(cell) for cell in checks), len(checks)


def main(arguments: list[str]) -> int:
    """Rehearse; return the exit status."""
    parser = argparse.ArgumentParser(
        "manage.py rehearse", description="Run the lessons as in class, without a browser."
    )
    parser.add_argument("lesson", type=int, nargs="*", help="the lessons to run; all without it")
    parser.add_argument("--write", action="store_true", help="store what comes of it")
    options = parser.parse_args(arguments)
    try:
        lessons = choose(options.lesson)
        return rehearse(lessons, options.write)
    except (TutorialError, OSError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Nothing was written.", file=sys.stderr)
    return 1


def choose(numbers: list[int]) -> list[Lesson]:
    """Return the lessons of these numbers, all of them for none, in order."""
    lessons = []
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        try:
            notebook = nbformat.read(path, as_version=4)
        except Exception as error:  # nbformat raises whatever the damage leads to
            raise TutorialError(f"{path.name} is no notebook that can be read ({error}).") from None
        number, _, title = path.stem.partition("_")
        lessons.append(Lesson(int(number), title.replace("_", " "), path, notebook, nbformat.from_dict(notebook)))
    there = [lesson.number for lesson in lessons]
    for number in numbers or [1]:
        if number not in there:
            raise TutorialError(f"There is no lesson {number}; there are: {', '.join(map(str, there)) or 'none'}.")
    return [lesson for lesson in lessons if not numbers or lesson.number in numbers]


def rehearse(lessons: list[Lesson], writing: bool) -> int:
    last = choose([])[-1].number
    begins = {number: files for number, files in course.begins().items() if number <= last + 1}
    with course_copy() as (copy, port):
        mask = Mask(copy, port)
        total = sum(len(lesson.cells) for lesson in lessons)
        with tqdm(total=total, dynamic_ncols=True, bar_format=BAR) as bar:
            for lesson in lessons:
                bar.set_description_str(f"{lesson.number:>2} {lesson.title}")
                if writing:
                    steps = steps_file(each.stored for each in choose([]))
                    put(copy / "notebooks/course/starts", {**starts_files(begins), "steps.txt": steps})
                put(copy / "websocket_app", strip(course.at(begins, lesson.number)))
                run(lesson, copy, bar.update)
                find_failure(lesson, mask)
                if lesson.broken and writing:
                    break  # what follows would begin where nothing ends
                if writing:
                    begins[lesson.number + 1] = lesson.ends
                elif not lesson.broken:
                    compare(lesson, begins, mask)
    print(table(lessons))
    for lesson in lessons:
        for problem in lesson.problems:
            print(f"\nLesson {lesson.number}, {problem}")
    if any(lesson.broken for lesson in lessons):
        if writing:
            print("\nNothing was written.")
        return 1
    if writing:
        store(lessons, begins, mask)
        return 0
    stale = staleness(lessons, begins)
    for sentence in stale:
        print(f"\n{sentence}")
    return 1 if stale or any(lesson.problems for lesson in lessons) else 0


# The copy.


@contextmanager
def course_copy() -> Iterator[tuple[Path, int]]:
    """Give a copy of the course in a temporary folder, and a port of its own."""
    with tempfile.TemporaryDirectory(prefix="rehearse-", ignore_cleanup_errors=True) as temporary:
        copy = Path(temporary).resolve() / ROOT.name
        shutil.copytree(ROOT, copy, symlinks=True, ignore=left_behind)
        listeners = sockets.listen(0) or []
        port = listeners[0].getsockname()[1] if listeners else 8000
        for listener in listeners:
            listener.close()
        (copy / ".course").mkdir()
        (copy / ".course" / "port").write_text(str(port))
        yield copy, port


def left_behind(folder: str, names: list[str]) -> set[str]:
    """Return what a copy does without: what is made on a machine, and environments under any name."""
    caches = {name for name in names if name in LEFT_BEHIND or re.fullmatch(r"\..+_cache", name)}
    return caches | {name for name in names if (Path(folder) / name / "pyvenv.cfg").exists()}


def put(folder: Path, files: Files) -> None:
    """Make a folder of the copy hold these files and no other."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def strip(files: Files) -> Files:
    return {name.removeprefix("websocket_app/"): content for name, content in files.items()}


# The run.


def run(lesson: Lesson, copy: Path, progress: Callable[[], object]) -> None:
    """Run a lesson in a fresh kernel, as JupyterLab would in the copy."""
    environment = {key: text for key, text in os.environ.items() if key not in ALIEN}
    environment["JPY_SESSION_NAME"] = str(copy / "notebooks" / lesson.path.name)
    began = time.monotonic()
    try:
        with Run(copy / "notebooks", environment) as kernel:
            kernel.run_all(lesson.fresh, progress)
    except KernelFailed as error:
        lesson.broken = True
        reached = [cell for cell in lesson.cells if cell.execution_count is not None]
        lesson.problems.append(f"behind cell {len(reached)}: {error}")
    lesson.seconds = time.monotonic() - began
    lesson.ends = package_files(copy)


def find_failure(lesson: Lesson, mask: Mask) -> None:
    """Note the first cell that failed; those behind it were not reached."""
    for number, cell in enumerate(lesson.cells, 1):
        trouble = failure(cell)
        if trouble and not lesson.broken:
            lesson.broken = True
            lesson.problems.append(f"cell {number} failed:\n{quote(cell.source)}\n  ──\n{quote(mask.text(trouble))}")


def compare(lesson: Lesson, begins: dict[int, Files], mask: Mask) -> None:
    """Note the cells that show something else than what is stored, and an end that is not where the next one begins."""
    stored = [cell for cell in lesson.stored.cells if cell.cell_type == "code"]
    for number, (old, new) in enumerate(zip(stored, lesson.cells, strict=True), 1):
        before, after = (
            "\n".join(shown(mask.output(output)) for output in cell.outputs).splitlines() for cell in (old, new)
        )
        if before != after:
            lines = "\n".join(difflib.unified_diff(before, after, "stored", "now", n=1, lineterm=""))
            lesson.problems.append(f"cell {number} shows something else than what is stored:\n{quote(lines)}")
    names = differing(lesson.ends, course.at(begins, lesson.number + 1))
    if names:
        lesson.problems.append(
            f"the end: {', '.join(names)} is not as notebooks/course/starts/ has it for lesson {lesson.number + 1}. "
            "python3 manage.py rehearse --write makes it anew."
        )


def failure(cell: NotebookNode) -> str:
    """Return what a cell said if it failed, "" if it did not."""
    if cell.execution_count is None and cell.source.strip():
        return "it was not reached"
    if "raises-exception" not in cell.metadata.get("tags", []):
        for output in cell.outputs:
            if output.output_type == "error":
                return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
    return ""


def shown(output: NotebookNode) -> str:
    """Return an output as text, every kind of it, to be compared."""
    if output.output_type == "stream":
        return f"{output.name}:\n{output.text}" if output.name != "stdout" else output.text
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return "\n".join(part(kind, content) for kind, content in sorted(output.data.items()))


def part(kind: str, content: object) -> str:
    if kind == "text/plain":
        return str(content)
    picture = kind.startswith("image/") and kind != "image/svg+xml"
    return f"{kind}:" if picture else f"{kind}:\n{content}"


def quote(text: str) -> str:
    lines = text.strip("\n").splitlines()
    lines[LINES:] = ["…"] if len(lines) > LINES else []
    return "\n".join(f"  {line}" for line in lines)


def table(lessons: list[Lesson]) -> str:
    width = max(len(lesson.title) for lesson in lessons)
    rows = [f"{'lesson':<{width + 3}}  cells  checks  seconds  ok"]
    for lesson in lessons:
        passed, there = lesson.checks
        checks = f"{passed}/{there}" if passed < there else str(there)
        ok = "NO" if lesson.problems or not lesson.ends else "yes"
        rows.append(
            f"{lesson.number:>2} {lesson.title:<{width}}"
            f"  {len(lesson.cells):>5}  {checks:>6}  {lesson.seconds:>7.1f}  {ok}"
        )
    return "\n".join(rows)


# What is stored.


def staleness(lessons: list[Lesson], begins: dict[int, Files]) -> list[str]:
    """Return a sentence for each part of the course that the notebooks would make differently."""
    every = choose([])
    wanted = {**starts_files(begins), "steps.txt": steps_file(lesson.stored for lesson in every)}
    there = {path.relative_to(course.FOLDER).as_posix(): path.read_bytes() for path in files(course.FOLDER)}
    sentences = []
    names = differing(wanted, there)
    if names:
        sentences.append(
            f"notebooks/course/starts/ is stale ({', '.join(names)}). python3 manage.py rehearse --write makes it anew."
        )
    if len(lessons) == len(every):
        names = [name for name, content in end_of_course(begins, every).items() if contents(ROOT / name) != content]
        if names:
            sentences.append(
                f"websocket_app/ is not what the course ends with ({', '.join(sorted(names))}). In the middle of a "
                "lesson that is as it should be; otherwise python3 manage.py rehearse --write makes it so. To change a "
                "file that no lesson saves, change it in notebooks/course/starts/01/ first."
            )
    return sentences


def differing(one: Files, other: Files) -> list[str]:
    return sorted(name for name in one | other if one.get(name) != other.get(name))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def end_of_course(begins: dict[int, Files], every: list[Lesson]) -> dict[str, bytes | None]:
    """Return what websocket_app/ holds at the end: path → content, None for a file that is gone by then."""
    end = course.at(begins, every[-1].number + 1)
    every_start = [*course.begins().values(), *begins.values()]
    return {**{name: None for files in every_start for name in files}, **end}


def store(lessons: list[Lesson], begins: dict[int, Files], mask: Mask) -> None:
    """Write what the run made of the notebooks, of `starts/` and, where the last lesson ran, of `websocket_app/`."""
    every = choose([])
    changed = []

    def update(path: Path, content: bytes | None) -> None:
        if contents(path) != content:
            changed.append(path.relative_to(ROOT).as_posix())
            if path.is_relative_to(PACKAGE):
                history.replace(path, content)  # keeps what someone wrote there
            elif content is None:
                path.unlink()
            else:
                write(path, content)

    for lesson in lessons:
        update(lesson.path, as_stored(lesson.fresh, mask))
    wanted = {**starts_files(begins), "steps.txt": steps_file(lesson.stored for lesson in every)}
    for name, content in wanted.items():
        update(course.FOLDER / name, content)
    for path in files(course.FOLDER):
        if path.relative_to(course.FOLDER).as_posix() not in wanted:
            update(path, None)
            for folder in path.parents:  # git has no empty folders, and a copy should not either
                if folder == course.FOLDER or any(folder.iterdir()):
                    break
                folder.rmdir()
    if lessons[-1].number == every[-1].number:
        for name, content in end_of_course(begins, every).items():
            update(ROOT / name, content)
    print(f"\nWritten: {', '.join(changed)}." if changed else "\nEverything was stored so already.")
