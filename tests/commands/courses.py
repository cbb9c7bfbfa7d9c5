"""Courses to try manage.py on: copies with small lessons of their own, run by real Pythons in real processes."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from copies import FINISHED, ORIGINAL

RAISES = "# This cell raises.\n"
NO_NETWORK = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1", "PIP_FIND_LINKS": ""}
NO_NETWORK |= {"PIP_EXTRA_INDEX_URL": "", "PIP_CONFIG_FILE": os.devnull}
NO_NETWORK |= {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/", "UV_HTTP_RETRIES": "0", "UV_NO_CACHE": "1"}
sys.path.append(str(ORIGINAL / "notebooks"))  # where no copy's stands before it


def new_course(folder: Path, *lessons: list[str]) -> Path:
    """Copy the course into a new folder, with these lessons in the place of its own."""
    shutil.copytree(FINISHED, folder, ignore=shutil.ignore_patterns("*.ipynb"))
    for number, cells in enumerate(lessons, 1):
        write_lesson(folder, number, cells)
    return folder


def write_lesson(folder: Path, number: int, cells: list[str]) -> Path:
    """Write a lesson that nobody has run yet."""
    notebook = nbformat.v4.new_notebook()
    for place, source in enumerate(cells):
        metadata = {"tags": ["raises-exception"]} if source.startswith(RAISES) else {}
        notebook.cells.append(nbformat.v4.new_code_cell(source, id=f"cell-{place}", metadata=metadata))
    path = folder / "notebooks" / f"{number:02}_Lesson_of_a_test.ipynb"
    nbformat.write(notebook, path)
    return path


def clean_environment(**changes: str) -> dict[str, str]:
    """Return this process's variables as a user's shell has them, where no environment is active."""
    alien = ("VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "DJANGO_SETTINGS_MODULE", "PYTEST_ADDOPTS")
    kept = {key: text for key, text in os.environ.items() if key not in alien and not key.startswith("PYTEST_XDIST")}
    return {**kept, **changes}


def manage(folder: Path, *arguments: str, python: str | Path = sys.executable, timeout: float = 150, **changes: str):
    """Run manage.py as typed in another folder; `changes` are variables. `stdout` and `stderr` are kept apart."""
    return subprocess.run(
        [str(python), str(folder / "manage.py"), *arguments],
        cwd=tempfile.gettempdir(),
        env=clean_environment(**{"PYTHONIOENCODING": "utf-8", **changes}),  # what a pipe gets on Linux
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
    )


def one_sentence(process) -> str:
    """Return what a command said that failed as it should: status 1, no traceback, one line."""
    assert process.returncode == 1, process.stdout + process.stderr
    assert "Traceback" not in process.stderr
    return process.stderr.strip().splitlines()[-1]
