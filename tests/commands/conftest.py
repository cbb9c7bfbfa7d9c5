"""`course(*lessons)` makes a course, `bare` is a Python without packages, `installed` a course with a real `.venv`."""

import os
import shutil
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
    """A course that its first command installed for real, with the process that did.

    The user has variables that would send the packages elsewhere, and no uv.
    """
    folder = new_course(tmp_path_factory.mktemp("installed") / "course", ["%load_ext tutorial"])
    elsewhere = str(tmp_path_factory.mktemp("elsewhere"))
    redirects = dict.fromkeys(
        ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "UV_PYTHON", "UV_TARGET", "UV_PREFIX"], elsewhere
    )
    redirects |= {"PIP_PYTHON": sys.executable, "PIP_CONSTRAINT": "/nowhere", "UV_CONSTRAINT": "/nowhere"}
    redirects |= {"UV_SYSTEM_PYTHON": "1", "UV_OFFLINE": "1"}
    path = os.pathsep.join(
        place for place in os.environ["PATH"].split(os.pathsep) if not shutil.which("uv", path=place)
    )
    process = manage(folder, "check", python=bare, timeout=600, PATH=path, **redirects)
    assert os.listdir(elsewhere) == []
    return folder, process
