"""Every test works on a copy of the project, never on yours.

In a test, `tutorial` and `websocket_app` are the copy's, imported at the top of the file like anything else:

- `project` is the copy's folder, as the course ends and with no state of the course.
- `server` is a Server of that copy, not started yet, and stopped after the test.
- `shared` is a Server that all tests of a file use, one after the other: it is started, and stopped, once.
- `copies.copy(folder)` makes one more copy, for tests that need kernels side by side.

Processes of pytest-xdist have a copy each, and so a port each.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from copies import FINISHED, ORIGINAL, PROJECT, TEMPORARY, copy, finish


def pytest_configure() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # it would hide a server that runs old bytecode
    finish()
    copy(PROJECT)
    sys.path[:0] = [str(PROJECT), str(PROJECT / "notebooks")]


def pytest_pyfunc_call() -> None:
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # a spare serves while its environment is the kernel's


def pytest_report_header() -> str:
    """Say what a learner has changed, because tests of the lessons look at the notebooks as they are."""
    changes = ["git", "diff", "--name-only", "HEAD", "--", "notebooks", "websocket_app"]
    git = shutil.which("git") and subprocess.run(changes, cwd=ORIGINAL, capture_output=True, text=True)
    changed = git.stdout.split("\n")[:-1] if git else []
    if not changed:
        return ""
    names = ", ".join(changed)
    return f"changed since the last commit: {names} (the notebooks are tested as they are, websocket_app/ as it ends)"


def pytest_unconfigure() -> None:
    TEMPORARY.cleanup()


def restore(*gone: str) -> None:
    """Put the copy's project back, and remove some more."""
    for name in ("websocket_app", *gone):
        if (PROJECT / name).is_dir():
            shutil.rmtree(PROJECT / name, ignore_errors=True)
        else:
            (PROJECT / name).unlink(missing_ok=True)
    shutil.copytree(FINISHED / "websocket_app", PROJECT / "websocket_app")


@pytest.fixture
def project(monkeypatch) -> Path:
    """The folder of the copy, restored."""
    restore(".course")
    monkeypatch.chdir(PROJECT)
    return PROJECT


@pytest.fixture
def server(project):
    """A server of the copy that is not started yet."""
    from tutorial.server.server import Server

    server = Server()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def shared_server():
    from tutorial.server.server import Server

    restore(".course")
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def shared(shared_server, monkeypatch):
    """The server of this file's tests; what a learner did with it, in the copy's folder, is gone."""
    restore(".course/progress", ".course/history", ".course/fault.json")
    monkeypatch.chdir(PROJECT)
    return shared_server
