"""Copies of the project, for tests to work on. Not in conftest.py, for every folder of tests has one of its own."""

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
PROJECT = Path(TEMPORARY.name).resolve() / "course"


def copy(folder: Path) -> Path:
    """Copy the project into `folder`, which must not exist yet, and return it."""
    return Path(shutil.copytree(ORIGINAL, folder, ignore=LEFT_OUT))
