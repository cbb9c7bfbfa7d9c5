"""Every test works on a copy of the project, never on yours.

In a test, `tutorial` and `websocket_app` are the copy's, imported at the top of the file like anything else:

- `project` is the copy's folder, as it is committed and with no state of the course.
- `server` is a Server of that copy, not started yet, and stopped after the test.
- `copies.copy(folder)` makes one more copy, for tests that need kernels side by side.

Processes of pytest-xdist have a copy each, and so a port each.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest
from copies import LEFT_OUT, ORIGINAL, PROJECT, TEMPORARY, copy


def pytest_configure() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # it would hide a server that runs old bytecode
    copy(PROJECT)
    sys.path[:0] = [str(PROJECT), str(PROJECT / "notebooks")]


def pytest_unconfigure() -> None:
    TEMPORARY.cleanup()


@pytest.fixture
def project(monkeypatch) -> Path:
    """The folder of the copy, restored."""
    for name in ("websocket_app", ".course"):
        shutil.rmtree(PROJECT / name, ignore_errors=True)
    shutil.copytree(ORIGINAL / "websocket_app", PROJECT / "websocket_app", ignore=LEFT_OUT)
    monkeypatch.chdir(PROJECT)
    return PROJECT


@pytest.fixture
def server(project):
    """A server of the copy that is not started yet."""
    from tutorial.server.server import Server

    server = Server()
    yield server
    server.stop()
