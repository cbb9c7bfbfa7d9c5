"""The lessons, run as a class runs them: every cell queued at once, in real kernels, on a copy of the project."""

import ctypes
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from copies import FINISHED, ORIGINAL, copy

LESSONS = sorted((ORIGINAL / "notebooks").glob("[0-9][0-9]_*.ipynb"))
SHUFFLED = random.Random(4).sample(LESSONS, len(LESSONS))

# A network of its own, with a loopback and nothing else: `ip link set lo up`, in Python's words.
OFFLINE = """
import fcntl, os, socket, struct, sys
flags = struct.pack("16sh14x", b"lo", 1)
with socket.socket() as loopback:
    fcntl.ioctl(loopback, 0x8914, flags)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def alone() -> None:
    """Leave the network."""
    ctypes.CDLL(None).unshare(0x40000000)


def black_on_the_path(folder: Path) -> dict[str, str]:
    """Return an environment with a formatter, which `django-admin startproject` calls where it finds one."""
    black = folder / "bin" / "black"
    black.parent.mkdir()
    black.write_text('#!/bin/sh\nfind "$3" -name "*.py" -exec sed -i.before "s/$/  # formatted/" {} +\n')
    black.chmod(0o755)
    return {**os.environ, "PATH": f"{black.parent}{os.pathsep}{os.environ['PATH']}"}


def test_in_order_they_show_what_is_stored_and_end_as_the_project_is_committed(tmp_path):
    course = copy(tmp_path / "course")
    assert not (course / ".git").exists()
    command, apart = [sys.executable, "manage.py", "rehearse"], {}
    if sys.platform == "linux" and os.geteuid() == 0:  # where this system lets us
        command, apart = [sys.executable, "-c", OFFLINE, *command[1:]], {"preexec_fn": alone}
    environment = black_on_the_path(tmp_path)
    process = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=540, **apart)
    assert process.returncode == 0, process.stdout[-5000:] + process.stderr[-2000:]
    assert sum(line.endswith("  yes") for line in process.stdout.splitlines()) == len(LESSONS)


def test_the_project_is_committed_as_the_course_ends():
    """Yours may be in the middle of a lesson."""
    status = ["git", "status", "--porcelain", "websocket_app"]
    if shutil.which("git") and subprocess.run(status, cwd=ORIGINAL, capture_output=True, text=True).stdout:
        pytest.skip("websocket_app/ is not as it is committed: git restore websocket_app puts it back")
    assert package(ORIGINAL) == package(FINISHED)


def package(folder: Path) -> dict[str, bytes]:
    """Return the files of `websocket_app/`: path → content."""
    files = (path for path in (folder / "websocket_app").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.suffix != ".pyc"}


def marks(lesson: Path) -> list:
    """Return no mark for the lessons that do most with processes, files and the database; the others take minutes."""
    return [] if lesson.stem[:2] in {"01", "04", "11", "19"} else [pytest.mark.long]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    return copy(tmp_path_factory.mktemp("class") / "course")


@pytest.mark.parametrize("lesson", [pytest.param(each, id=each.stem, marks=marks(each)) for each in SHUFFLED])
def test_in_any_order_from_a_scrambled_project_and_twice_in_one_kernel(course, lesson):
    from tutorial.commands.notebook import Run

    for path in (course / "websocket_app").rglob("*.py"):
        path.write_text("def broken(:\n    this is no Python\n")
    notebook = nbformat.read(course / "notebooks" / lesson.name, as_version=4)
    with Run(course / "notebooks") as kernel:
        for _ in range(2):
            kernel.run_all(notebook)
            for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
                failed = [output.evalue for output in cell.outputs if output.output_type == "error"]
                assert cell.execution_count, f"{cell.id} did not run"
                assert not failed or "raises-exception" in cell.metadata.get("tags", []), (cell.id, failed)
