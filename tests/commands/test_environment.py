"""The Python that runs manage.py: found, made, repaired, or a sentence."""

import ast
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from courses import NO_NETWORK, ORIGINAL, clean_environment, manage, new_course, one_sentence
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

COMMANDS = ORIGINAL / "notebooks" / "tutorial" / "commands"
AT_FIRST = [
    ORIGINAL / "manage.py",
    COMMANDS.parent / "__init__.py",
    COMMANDS / "__init__.py",
    COMMANDS / "install.py",
    COMMANDS / "environment.py",
]
posix = pytest.mark.skipif(os.name == "nt", reason="made with links and modes of POSIX")


def venv_python(folder: Path) -> Path:
    return folder / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp(folder: Path) -> Path:
    return folder / ".venv" / "course-requirements.txt"


# With packages.


def test_an_environment_with_the_packages_is_used_as_it_is(course):
    folder = course()
    process = manage(folder, "check")
    assert (process.returncode, process.stderr) == (0, "")
    assert "no issues" in process.stdout
    assert not (folder / ".venv").exists()


def test_without_the_course_it_is_djangos_own(course):
    folder = course()
    shutil.rmtree(folder / "notebooks")
    process = manage(folder, "check")
    assert (process.returncode, process.stderr) == (0, "")
    assert "Unknown command: 'lab'" in manage(folder, "lab").stderr


def test_help_names_the_courses_commands_above_djangos(course):
    words = manage(course(), "help").stdout.split()
    assert words.index("rehearse") < words.index("startapp")


# Without.


def test_a_bare_python_makes_its_environment_and_goes_on(installed):
    folder, process = installed
    assert process.returncode == 0, process.stdout + process.stderr
    assert "Making an environment" in process.stderr
    assert "Collecting uv==" in process.stdout and "Installed " in process.stdout
    assert process.stdout.splitlines()[-1].startswith("System check identified no issues")
    assert venv_python(folder).exists()


def test_the_second_command_installs_nothing(installed, bare):
    process = manage(installed[0], "check", python=bare, **NO_NETWORK)
    assert (process.returncode, process.stderr) == (0, "")


def test_the_helper_loads_from_any_folder(installed, tmp_path):
    code = "import tutorial; print(tutorial.__file__)"
    said = subprocess.check_output(
        [venv_python(installed[0]), "-c", code], cwd=tmp_path, text=True, env=clean_environment()
    )
    assert Path(said.strip()).samefile(installed[0] / "notebooks" / "tutorial" / "__init__.py")


def test_an_interrupted_installation_is_finished(installed, bare):
    whole = stamp(installed[0]).read_text()
    stamp(installed[0]).write_text("unfinished")
    process = manage(installed[0], "check", python=bare, **NO_NETWORK)  # all is there: nothing is fetched
    assert process.returncode == 0, process.stderr
    assert "Installing what requirements.txt lists" in process.stderr
    assert stamp(installed[0]).read_text() == whole


def test_an_updated_course_updates_its_environment_even_an_active_one(installed):
    constraints = installed[0] / "constraints.txt"
    before = constraints.read_bytes()
    try:
        constraints.write_bytes(before + b"no-such-package-of-the-course==1 --hash=sha256:" + b"0" * 64 + b"\n")
        process = manage(installed[0], "check", python=venv_python(installed[0]), **NO_NETWORK)
        assert "no network answers" in one_sentence(process)
    finally:
        constraints.write_bytes(before)
    assert manage(installed[0], "check", python=venv_python(installed[0]), **NO_NETWORK).returncode == 0


def test_a_package_that_was_cut_in_two_is_installed_again_but_no_other_in_its_place(installed, bare):
    folder, python = installed[0], venv_python(installed[0])
    [module] = python.parents[1].glob("[Ll]ib/**/site-packages/tqdm/std.py")
    module.unlink()
    constraints = folder / "constraints.txt"
    before = constraints.read_text(encoding="utf-8")
    head, tail = before.split("\ntqdm==")
    try:
        constraints.write_text(head + "\ntqdm==" + re.sub(r"sha256:\w{4}", "sha256:0000", tail, count=2))
        assert "is not the one that the course was proven with" in one_sentence(manage(folder, "check", python=bare))
        assert not module.exists()
    finally:
        constraints.write_text(before, encoding="utf-8")
    process = manage(folder, "check", python=bare)
    assert process.returncode == 0, process.stderr
    assert module.exists()


def test_it_installs_exactly_the_versions_that_are_pinned(installed):
    code = "from importlib import metadata; print(*(f'{d.name}=={d.version}' for d in metadata.distributions()))"
    said = subprocess.check_output([venv_python(installed[0]), "-c", code], text=True, env=clean_environment())
    there = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in said.split())}
    for name in ("pip", "setuptools"):  # Python brings them, or one of them
        there.pop(name, None)
    assert there == pinned("constraints.txt", f"{sys.version_info[0]}.{sys.version_info[1]}", sys.platform)


def test_modules_among_the_notebooks_hide_none_of_pythons(installed):
    notebooks = installed[0] / "notebooks"
    hostile = [notebooks / f"{name}.py" for name in ("random", "queue", "hashlib", "subprocess", "sitecustomize")]
    try:
        for module in hostile:
            module.write_text("raise SystemExit(f'{__name__} of the notebooks ran')")
        process = manage(installed[0], "check", python=venv_python(installed[0]))
        assert (process.returncode, process.stderr) == (0, "")
    finally:
        for module in hostile:
            module.unlink()


def test_an_active_environment_without_the_packages_stays_as_it_is(installed, tmp_path, bare):
    subprocess.run([bare, "-m", "venv", "--without-pip", tmp_path / "own"], check=True)
    own = tmp_path / "own" / venv_python(Path()).relative_to(".venv")
    process = manage(installed[0], "check", python=own, VIRTUAL_ENV=str(tmp_path / "own"))
    assert process.returncode == 0, process.stderr
    assert "it stays as it is" in process.stderr and "django>=5.2" in process.stderr


def test_an_active_environment_without_the_tests_packages_is_told_what_to_type(installed, course):
    folder = course()
    process = manage(folder, "test", python=venv_python(installed[0]))
    assert "python -m pip install -r tests/requirements.txt" in one_sentence(process)
    assert not (folder / ".venv").exists()


def test_a_command_finds_the_programs_of_its_environment(installed, bare):
    code = "import os, shutil, sys; print(shutil.which('uvicorn')); print(os.environ['VIRTUAL_ENV'])"
    process = manage(installed[0], "shell", "--no-imports", "-c", code, python=bare)
    if process.returncode:  # Django 5.2 has no imports to leave out
        process = manage(installed[0], "shell", "-c", code, python=bare)
    program, environment = process.stdout.splitlines()[-2:]
    assert Path(program).parent == venv_python(installed[0]).parent
    assert Path(environment) == installed[0] / ".venv"


# What can fail.


@posix
def test_a_broken_environment_is_made_anew_and_no_network_is_one_sentence(course, bare):
    folder = course()
    venv_python(folder).parent.mkdir(parents=True)
    venv_python(folder).symlink_to("/nowhere/python3")  # as when its Python was uninstalled
    for _ in range(2):  # the second time from what the first left
        process = manage(folder, "lab", python=bare, **NO_NETWORK)
        said = one_sentence(process)
        assert "no network answers" in said and "type the same command again" in said
    assert "Making" not in process.stderr
    assert subprocess.run([venv_python(folder), "-c", ""]).returncode == 0


@posix
def test_an_interruption_is_one_sentence(course, bare):
    folder = course()
    command = [bare, folder / "manage.py", "lab"]
    with socket.create_server(("127.0.0.1", 0)) as silent:  # an index that never answers: it cannot fail before we stop
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        environment = clean_environment(**{**NO_NETWORK, "PIP_INDEX_URL": index, "UV_DEFAULT_INDEX": index})
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            process_group=0,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
        ) as process:
            patience = threading.Timer(90, process.kill)
            patience.start()
            said = [next(process.stderr)]
            while "Installing" not in said[-1]:
                said.append(next(process.stderr))
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
            said += process.stderr.read().splitlines()
            patience.cancel()
    assert process.returncode == 1
    assert said[-1] == "Stopped. The same command goes on from here."
    assert "Traceback" not in "".join(said)


@pytest.mark.parametrize("path", AT_FIRST, ids=lambda path: path.name)
def test_what_meets_an_old_python_is_written_for_it(path):
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 6))


def old_pythons() -> list[str]:
    places = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions", Path("/usr/bin")]
    found = [places[0] / folder / "bin" / "python" for folder in ("3.6.15", "3.7.16", "3.8.18", "3.9.18", "3.10.13")]
    found += [places[1] / f"python3.{minor}" for minor in range(6, 11)]
    return [str(path) for path in found if path.exists()]


@pytest.mark.skipif(not old_pythons(), reason="no Python before 3.11 here")
def test_an_old_python_is_one_sentence(course):
    folder = course()
    for python in old_pythons():
        said = one_sentence(manage(folder, "lab", python=python))
        assert said.startswith("Python 3.11 or newer is needed, and this is 3.")
    assert not (folder / ".venv").exists()


@posix
def test_a_python_without_venv_is_one_sentence(course, bare, tmp_path):
    # As on Debian: all of the standard library but ensurepip.
    code = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    library = Path(subprocess.check_output([bare, "-c", code], text=True).strip())
    home = tmp_path / "home" / "lib" / library.name
    home.mkdir(parents=True)
    for entry in library.iterdir():
        if entry.name not in ("ensurepip", "site-packages"):
            (home / entry.name).symlink_to(entry)
    folder = course()
    said = one_sentence(manage(folder, "lab", python=bare, PYTHONHOME=str(tmp_path / "home")))
    assert "sudo apt install python3-venv" in said
    assert not (folder / ".venv").exists()


@contextmanager
def small_disk(folder: Path, megabytes: int):
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("nobody may mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@posix
def test_a_full_disk_is_one_sentence(tmp_path, bare):
    with small_disk(tmp_path / "disk", megabytes=6) as disk:
        folder = new_course(disk / "course")
        for _ in range(2):
            said = one_sentence(manage(folder, "lab", python=bare, **NO_NETWORK))
            assert said.startswith("The disk is full") and "type the same command again" in said


@posix
def test_a_folder_that_cannot_be_written_is_one_sentence(bare):
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        folder = new_course(Path(place) / "course")
        somebody = {}
        if os.geteuid() == 0:  # root may write anywhere
            somebody = {"user": 65534, "group": 65534, "extra_groups": []}
        folder.chmod(0o555)
        for python in (bare, "/usr/bin/python3"):
            try:
                can = subprocess.run(
                    [python, "-c", "import ensurepip, sys; assert sys.version_info > (3, 11)"], **somebody
                )
            except OSError:
                continue
            if can.returncode == 0:
                break
        else:
            pytest.skip("no Python here that another user may run")
        process = subprocess.run(
            [python, folder / "manage.py", "lab"],
            cwd="/",
            env=clean_environment(HOME="/nowhere", **NO_NETWORK),
            capture_output=True,
            text=True,
            **somebody,
        )
        assert one_sentence(process).startswith("This folder cannot be written to")
        folder.chmod(0o755)


def test_any_other_failure_says_what_pip_said(monkeypatch, capsys):
    from tutorial.commands.environment import fail

    with pytest.raises(SystemExit) as stopped:
        fail(["Collecting x", "ERROR: Hash mismatch.", "[notice] pip"], "The packages could not be installed")
    assert stopped.value.code.startswith("The packages could not be installed: Hash mismatch. ")
    assert "type the same command again" in stopped.value.code


def test_the_python_of_this_run_has_what_the_files_list():
    from tutorial.commands import environment

    assert environment.missing("requirements.txt") == environment.missing("tests/requirements.txt") == []
    assert sys.version_info >= environment.OLDEST


# What is pinned.

PYTHONS, SYSTEMS = ("3.11", "3.12", "3.13", "3.14", "3.15"), ("linux", "darwin", "win32")


def pinned(name: str, python: str, system: str) -> dict[str, str]:
    """Return package → version, as constraints pin them for a Python and a system."""
    found = {}
    for entry in re.findall(r"(?m)^\w.*", (ORIGINAL / name).read_text(encoding="utf-8")):
        requirement = Requirement(entry.rstrip("\\ "))
        if applies(requirement, python, system):
            [only] = requirement.specifier
            assert only.operator == "==" and canonicalize_name(requirement.name) not in found
            found[canonicalize_name(requirement.name)] = only.version
    return found


def applies(requirement: Requirement, python: str, system: str) -> bool:
    about = {"python_version": python, "python_full_version": f"{python}.9", "sys_platform": system}
    about |= {"os_name": "nt" if system == "win32" else "posix", "implementation_name": "cpython"}
    about |= {"platform_system": {"win32": "Windows", "darwin": "Darwin"}.get(system, "Linux")}
    return requirement.marker is None or requirement.marker.evaluate(about)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_the_constraints_pin_what_the_requirements_list(python, system):
    course, tests = (pinned(name, python, system) for name in ("constraints.txt", "tests/constraints.txt"))
    assert all(course[name] == version for name, version in tests.items() if name in course)
    for name, pins in (("requirements.txt", course), ("tests/requirements.txt", tests)):
        for line in (ORIGINAL / name).read_text(encoding="utf-8").splitlines():
            if line.partition("#")[0].strip():
                requirement = Requirement(line.partition("#")[0])
                if applies(requirement, python, system):
                    assert pins[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("name", ["constraints.txt", "tests/constraints.txt"])
def test_the_constraints_hold_hashes_and_no_address(name):
    lines = (ORIGINAL / name).read_text(encoding="utf-8").splitlines()
    assert not [
        line for line in lines if not re.match(r"#|[\w.-]+==[\w.]+ (; .+ )?\\$|    --hash=sha256:\w{64}( \\)?$", line)
    ]
    assert "/" not in "".join(line for line in lines if not line.startswith("#"))
