"""Copies of the project, for tests to work on. Not in conftest.py, because every folder of tests has one of its own.

A copy holds the finished project: your own `websocket_app/` may be in the middle of a lesson.
"""

import shutil
import tempfile
from pathlib import Path

ORIGINAL = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".course",
    ".secret_key",
    "db.sqlite3*",
    "__pycache__",
    ".*_cache",
    ".ipynb_checkpoints",
    "node_modules",
)
TEMPORARY = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
FINISHED = Path(TEMPORARY.name).resolve() / "finished"  # nobody changes it
PROJECT = FINISHED.with_name("course")  # the fixture `project` restores it


def finish() -> None:
    """Make FINISHED: the project as it is, with `websocket_app/` as the course ends."""
    shutil.copytree(ORIGINAL, FINISHED, ignore=LEFT_OUT)
    shutil.rmtree(FINISHED / "websocket_app")
    for start in sorted(FINISHED.glob("notebooks/course/starts/[0-9][0-9]")):
        shutil.copytree(start, FINISHED, dirs_exist_ok=True)
        removed = FINISHED / "removed.txt"
        for name in removed.read_text().split() if removed.exists() else []:
            (FINISHED / name).unlink()
        removed.unlink(missing_ok=True)


def copy(folder: Path) -> Path:
    """Copy the finished project into `folder`, which must not exist yet, and return it."""
    return Path(shutil.copytree(FINISHED, folder))
