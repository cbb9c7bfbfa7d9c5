"""Where each lesson begins: the files of `websocket_app/`, made by the lessons before it.

`starts/NN/` holds the files that differ from where lesson NN-1 begins; `manage.py rehearse --write` makes them from
the notebooks, where a step's code has its home. What no lesson writes has its home in `starts/01/`. The last folder is
where the course ends. `removed.txt` in a folder names the files that are gone, and `starts/steps.txt` the SHA-256 of
whatever a `%%save` cell of a lesson writes.
"""

import re
from functools import cache

from .files import contents, digest
from .project import ROOT, TutorialError, relative, sources

FOLDER = ROOT / "notebooks" / "course" / "starts"


@cache
def begins() -> dict[int, dict[str, bytes]]:
    """Return lesson → path → content, up to the last folder; a lesson without a folder begins as the one before."""
    lessons, files = {}, {}
    last = max((int(folder.name) for folder in FOLDER.glob("[0-9][0-9]")), default=0)
    for number in range(1, last + 1):
        folder = FOLDER / f"{number:02}"
        changed = {path.relative_to(folder).as_posix(): contents(path) for path in folder.rglob("*") if path.is_file()}
        gone = changed.pop("removed.txt", b"").decode().split()
        files = {path: content for path, content in {**files, **changed}.items() if path not in gone}
        lessons[number] = files
    return lessons


def at(begins: dict[int, dict[str, bytes]], number: int) -> dict[str, bytes]:
    """Return the files with which lesson `number` begins; behind the last folder nothing changes any more."""
    return begins.get(min(number, max(begins, default=0)), {})


def titles() -> dict[int, str]:
    """Return lesson → title, as the first line of its exercises has it: `Lesson 4: ping, pong!`."""
    files = sorted(FOLDER.parent.glob("exercises/[0-9][0-9].py"))
    found = [re.match(r'"""Lesson (\d+): (.+?)(\. |\.?""")', file.read_text(encoding="utf-8")) for file in files]
    return {int(each[1]): each[2] for each in found if each}


def elsewhere(notebook: str, lesson: int) -> str:
    """Return what to say where %lesson runs in a notebook of another lesson or of an older course, else nothing."""
    name = "_".join([f"{lesson:02}", *re.findall(r"\w+", titles().get(lesson, "").lower())])
    if not notebook[:2].isdecimal() or notebook.startswith(name):
        return ""
    return (
        f"{notebook} is not lesson {lesson} of this course: that is {name}.ipynb. If it is of an older version, close "
        "it and go on there, for its cells save what no longer fits. What you wrote and what you passed is kept."
    )


def begin(lesson: str) -> dict[str, bytes | None]:
    """Return what to do so that a lesson begins: path → content; first, with None, what it begins without.

    None removes a file: a later lesson's, or the learner's own, which might break the server.
    """
    all_of_them = begins()
    last = max(titles(), default=max(all_of_them))
    if not lesson.isdecimal() or not 1 <= int(lesson) <= last:
        raise TutorialError(f"%lesson takes a number from 1 to {last}, for example %lesson 4. Nothing was changed.")
    return alone(at(all_of_them, int(lesson)))


def alone(files: dict[str, bytes]) -> dict[str, bytes | None]:
    """Return these files, and before them, with None, all others that the project has now or in any lesson."""
    others = {*paths(), *map(relative, sources())} - files.keys()
    return {**dict.fromkeys(sorted(others)), **files}


@cache
def paths() -> set[str]:
    """Return the names of all files that the course makes."""
    return {path for files in begins().values() for path in files}


@cache
def steps() -> set[str]:
    """Return the digests of what the lessons' own cells save, and of the mistakes that `%fault` plants."""
    faults = (digest(path.read_bytes()) for path in FOLDER.parent.glob("faults/*/*.py"))
    return {*(contents(FOLDER / "steps.txt") or b"").decode().split(), *faults}


def known(path: str, content: bytes) -> bool:
    """Tell whether the course can make this content again by itself."""
    begun = any(files.get(path) == content for files in begins().values())
    return begun or (path in paths() and digest(content) in steps())
