"""`manage.py rehearse`: a dress rehearsal. Every lesson runs as in class, in a copy of the course.

A rehearsal makes one dict of files: the notebooks as they are stored, where each lesson begins (`course/starts/`) and
`websocket_app/`, the end of the course. With `--write` they are written; without it, what is stored must agree.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from ..disk import course, history
from ..disk.files import contents, remove, write
from ..disk.project import PACKAGE, ROOT, TutorialError, relative
from ..server import sockets
from .lesson import Lesson, choose
from .mask import Mask, as_stored

Files = dict[str, bytes | None]  # path from where manage.py stands, with forward slashes → content; None: no such file
STARTS = relative(course.FOLDER)
PREDICTED = f"{STARTS}/predicted.txt"  # what cells with a prediction have shown: their outputs are not stored
BAR = "{desc} {bar} {n_fmt}/{total_fmt} cells {elapsed}"
AGAIN = "python3 manage.py rehearse --write makes it anew."


def main(arguments: list[str]) -> int:
    """Rehearse; return the exit status."""
    parser = argparse.ArgumentParser(
        "manage.py rehearse", description="Run the lessons as in class, without a browser."
    )
    parser.add_argument("lesson", type=int, nargs="*", help="the lessons to run; all without it")
    parser.add_argument("--write", action="store_true", help="store what comes of it")
    options = parser.parse_args(arguments)
    try:
        return rehearse(choose(options.lesson), options.write)
    except (TutorialError, OSError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Nothing was written.", file=sys.stderr)
    return 1


def rehearse(lessons: list[Lesson], writing: bool) -> int:
    every = choose([])
    end = every[-1].number + 1
    begins = {number: files for number, files in course.begins().items() if number <= end}
    made: Files = {relative(path): None for path in course.FOLDER.rglob("*") if path.is_file()}
    ended: Files = {name: None for files in course.begins().values() for name in files}
    with copy_of_course() as (copy, port):
        mask = Mask(copy, port)
        total = sum(len(lesson.cells) for lesson in lessons)
        with tqdm(total=total, dynamic_ncols=True, bar_format=BAR) as bar:
            for lesson in lessons:
                bar.set_description_str(f"{lesson.number:>2} {lesson.title}")
                put(copy, STARTS, starts(begins, every))
                put(copy, PACKAGE.name, course.at(begins, lesson.number))
                lesson.run(copy, mask, bar.update)
                if not lesson.broken:
                    begins[lesson.number + 1] = lesson.left(course.at(begins, lesson.number), package_files(copy))
                    made[relative(lesson.path)] = as_stored(lesson.fresh, mask)
                    if not writing:
                        lesson.compare(mask)
                elif writing:
                    break  # what follows would begin where nothing ends
    width = max(len(lesson.title) for lesson in lessons)
    print(f"{'lesson':<{width + 3}}  cells  checks  minutes  seconds  ok")
    print(*(lesson.row(width) for lesson in lessons), sep="\n")
    if len(lessons) > 1:
        print(f"{'all, exercises apart':<{width + 3}}{sum(lesson.minutes for lesson in lessons):>24}")
    for lesson in lessons:
        for problem in lesson.problems:
            print(f"\nLesson {lesson.number}, {problem}")
    broken = [str(lesson.number) for lesson in lessons if lesson.broken]
    if broken and writing:
        print("\nNothing was written.")
        return 1
    made |= starts(begins, every)
    others = {f"{each.number:02}" for each in every} - {f"{lesson.number:02}" for lesson in lessons}
    lines = [line for line in (contents(ROOT / PREDICTED) or b"").decode().splitlines() if line[:2] in others]
    lines = sorted([*lines, *(line for lesson in lessons for line in lesson.predicted())], key=lambda line: line[:2])
    made[PREDICTED] = "".join(f"{line}\n" for line in lines).encode() or None
    if len(lessons) == len(every) or (writing and lessons[-1].number == every[-1].number):
        made |= {**ended, **course.at(begins, end)}
    changed = sorted(path for path, content in made.items() if contents(ROOT / path) != content)
    if writing:
        for path in changed:
            store(path, made[path])
        print(f"\nWritten: {', '.join(changed)}." if changed else "\nEverything was stored so already.")
        return 0
    return verdict(broken, any(lesson.problems for lesson in lessons), changed)


def verdict(broken: list[str], differ: bool, changed: list[str]) -> int:
    """Say what of the course's files is stale, then in the last line whether the class can begin."""
    stale = [path.removeprefix(f"{STARTS}/") for path in changed if path.startswith(STARTS)]
    other = [path for path in changed if path.startswith(PACKAGE.name)]
    if broken:
        print(f"\nNot ready: lesson {', '.join(broken)} does not run to its end on this machine, see above.")
        return 1
    if stale:
        print(f"\n{STARTS}/ is stale ({', '.join(stale)}). {AGAIN}")
    if other:
        print(
            f"\nwebsocket_app/ is not what the course ends with ({', '.join(other)}). In the middle of a lesson that "
            f"is right; otherwise {AGAIN} A file that no lesson saves is changed in {STARTS}/01/ first."
        )
    if differ or stale or other:
        print("\nReady: every cell runs on this machine. But not everything is as it is stored, see above.")
        return 1
    print("\nReady: every cell runs on this machine and shows what is stored.")
    return 0


# The copy.


@contextmanager
def copy_of_course() -> Iterator[tuple[Path, int]]:
    """Give a copy of what a lesson needs, in a temporary folder, and a port of its own."""
    with tempfile.TemporaryDirectory(prefix="rehearse-", ignore_cleanup_errors=True) as temporary:
        copy = Path(temporary).resolve() / ROOT.name
        shutil.copytree(ROOT / "notebooks", copy / "notebooks", ignore=shutil.ignore_patterns("__pycache__", ".*"))
        for name in ("manage.py", "requirements.txt"):  # manage.py reads the other: some lessons type a command
            shutil.copy(ROOT / name, copy)
        listeners = sockets.listen(0) or []
        port = listeners[0].getsockname()[1] if listeners else 8000
        for listener in listeners:
            listener.close()
        (copy / ".course").mkdir()
        (copy / ".course" / "port").write_text(str(port))
        yield copy, port


def put(copy: Path, folder: str, files: Files) -> None:
    """Make a folder of the copy hold these files and no other."""
    shutil.rmtree(copy / folder, ignore_errors=True)
    for name, content in files.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(content)


def store(path: str, content: bytes | None) -> None:
    """Write or delete a file of the course; what a learner wrote in websocket_app/ is kept."""
    if path.startswith(PACKAGE.name):
        history.replace(ROOT / path, content)
    elif content is None:
        remove(ROOT / path)
    else:
        write(ROOT / path, content)


# What a run makes.


def package_files(root: Path) -> Files:
    """Return the files of `websocket_app/` under `root`, without caches and hidden files."""
    found = (path for path in sorted((root / PACKAGE.name).rglob("*")) if path.is_file())
    names = {path.relative_to(root): path for path in found}
    hidden = {name for name in names if any(part.startswith((".", "__pycache__")) for part in name.parts)}
    return {name.as_posix(): path.read_bytes() for name, path in names.items() if name not in hidden}


def starts(begins: dict[int, Files], lessons: list[Lesson]) -> Files:
    """Return what `course/starts/` holds, as disk/course.py describes it."""
    stored, before = {}, {}
    for number, files in sorted(begins.items()):
        changed = {name: content for name, content in files.items() if before.get(name) != content}
        gone = sorted(before.keys() - files.keys())
        if gone:
            changed["removed.txt"] = "".join(f"{name}\n" for name in gone).encode()
        stored |= {f"{STARTS}/{number:02}/{name}": content for name, content in changed.items()}
        before = files
    digests = {digest for lesson in lessons for digest in lesson.saved()}
    return {**stored, f"{STARTS}/steps.txt": "".join(f"{digest}\n" for digest in sorted(digests)).encode()}
