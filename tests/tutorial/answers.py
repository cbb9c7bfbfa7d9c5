"""An exercise of the course, and what a test does to it."""

import functools
import itertools
import os
import re
import shutil
import subprocess
import sys

import django
import nbformat
from copies import PROJECT
from tutorial.disk import course

MIGRATED = set()  # sets of migrations that the copy's database has: making them again takes a second
HANDLER = "websocket_app/websocket.py"


def verdict(result) -> str:
    """Return the last line of what a check shows."""
    return result.text.splitlines()[-1]


def shown(result) -> str:
    """Return what a result shows, in one line."""
    return re.sub(r"\s+", " ", repr(result))


def starter(exercise) -> str:
    """Return what the cell before an exercise's `%check` saves, or is."""
    for cells in notebooks().values():
        for before, cell in itertools.pairwise(cells):
            if cell.source.strip() == f"%check {exercise.number}":
                first, _, rest = before.source.partition("\n")
                assert not exercise.saves or first == f"%%save {exercise.saves}"
                return (rest if exercise.saves else before.source) + "\n"
    raise AssertionError(f"no %check {exercise.number} in any notebook")


def put(exercise, content: str) -> None:
    (PROJECT / exercise.saves).write_text(content)


def begin(exercise) -> None:
    """Bring the copy to where the lesson of an exercise has done its work, as the lesson after it finds it."""
    shutil.rmtree(PROJECT / "websocket_app")
    for path, content in course.at(course.begins(), exercise.lesson + 1).items():
        (PROJECT / path).parent.mkdir(parents=True, exist_ok=True)
        (PROJECT / path).write_bytes(content)
    set_up(exercise.lesson)


def set_up(lesson: int) -> None:
    """Make the tables, as the lesson's cells have done, and set Django up, as its kernel has."""
    if lesson < 11:
        return
    migrations = frozenset(path.name for path in PROJECT.glob("websocket_app/migrations/0*.py"))
    if migrations not in MIGRATED or not (PROJECT / "db.sqlite3").exists():
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=PROJECT, check=True)
        MIGRATED.add(migrations)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")
    django.setup()


@functools.cache
def notebooks() -> dict[str, list]:
    """Return name → cells of code, of every notebook."""
    found = sorted((PROJECT / "notebooks").glob("*.ipynb"))
    return {path.name: [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"] for path in found}
