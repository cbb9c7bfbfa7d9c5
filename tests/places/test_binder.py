"""Binder makes a machine from .binder/. No container is built here; what would be in it is done in an environment.

pip install -r tests/places/requirements.txt
python -m pytest tests/places/test_binder.py
"""

import json
import os
import subprocess
import sys

import pytest
from copies import copy


def run(folder, *command, **environment):
    said = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=400
    )
    assert said.returncode == 0, f"{command}\n{said.stdout[-3000:]}\n{said.stderr[-3000:]}"
    return said.stdout + said.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return copy(tmp_path_factory.mktemp("binder") / "course")


def test_it_takes_the_python_and_the_steps_of_the_course(course):
    planned = run(course, sys.executable, "-m", "repo2docker", "--no-build", "--debug", ".")
    assert "python=3.13" in planned
    assert 'pip install --no-cache-dir -r ".binder/requirements.txt"' in planned
    assert "RUN ./.binder/postBuild" in planned


def test_its_steps_make_an_environment_in_which_the_lessons_are_as_they_are_stored(course, tmp_path):
    run(tmp_path, sys.executable, "-m", "venv", "env")
    programs = tmp_path / "env" / "bin"
    active = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": str(tmp_path / "env")}
    active |= {name: "" for name in ("PYTHONPATH", "PYTHONHOME")}
    run(course, programs / "pip", "install", "-r", ".binder/requirements.txt", **active)
    run(course, ".binder/postBuild", **active)
    run(course, programs / "pip", "check", **active)
    assert "jupyter_server_proxy" in run(course, programs / "jupyter", "server", "extension", "list", **active)
    kernels = json.loads(run(course, programs / "jupyter", "kernelspec", "list", "--json", **active))["kernelspecs"]
    assert kernels["python3"]["spec"]["metadata"] == {"debugger": False}
    said = run(course, programs / "python", "manage.py", "rehearse", "1", "4", **active)
    assert "Ready: every cell runs on this machine and shows what is stored." in said
    assert not (course / ".venv").exists()
