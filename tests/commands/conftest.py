"""`course(*lessons)` makes a course, `bare` is a Python without packages, `installed` a course with a real `.venv`."""

import subprocess
import sys

import pytest
from courses import clean_environment, manage, new_course


@pytest.fixture
def course(tmp_path):
    return lambda *lessons: new_course(tmp_path / "course", *lessons)


@pytest.fixture(scope="session")
def bare() -> str:
    python = getattr(sys, "_base_executable", sys.executable)
    looking = "from importlib.util import find_spec; raise SystemExit(find_spec('django') is not None)"
    if subprocess.run([python, "-c", looking], env=clean_environment()).returncode:
        pytest.skip(f"{python} has Django, so nothing would have to be installed")
    return python


@pytest.fixture(scope="session")
def installed(bare, tmp_path_factory):
    """A course that its first command installed for real, with the process that did."""
    folder = new_course(tmp_path_factory.mktemp("installed") / "course", ["%load_ext tutorial"])
    return folder, manage(folder, "check", python=bare, timeout=600)
