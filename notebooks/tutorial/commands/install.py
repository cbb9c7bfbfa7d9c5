"""What the course needs is installed: into `.venv`, exactly as pinned, with uv or else with pip.

Beside each requirements file, which a person reads, constraints.txt pins all that it brings, with hashes, for every
system and Python; its first lines say how to renew it. Readable to Python 3.6, as environment.py is.
"""

import csv
import hashlib
import os
import re
import shutil
import sys

from .environment import (
    OLDEST,
    PYTHON,
    ROOT,
    VENV,
    active,
    contents,
    fail,
    make,
    missing,
    probe,
    run,
    run_again,
    running_in_venv,
)

COURSE, TESTS = "requirements.txt", "tests/requirements.txt"

# Makes `import tutorial` work in any folder. Not a .pth file: with notebooks/ on the path, a sitecustomize.py there
# would run in this Python before anything else.
FORWARD = '''"""The course's helper, which stands in notebooks/tutorial. manage.py wrote this file."""
import os
__path__ = [os.path.normpath(os.path.join(os.path.realpath(os.path.dirname(__file__)), {!r}))]
__file__ = os.path.join(__path__[0], "__init__.py")
with open(__file__, encoding="utf-8") as file:
    exec(compile(file.read(), __file__, "exec"))
'''


def prepare(arguments: list, testing: bool = False) -> None:
    """Return if this Python has the packages; else make `.venv` what it must be and run manage.py again in it.

    `arguments` are manage.py's own; `testing` asks for the packages of the tests, too.
    """
    if not running_in_venv():
        lacking = missing(COURSE)
        if not lacking and testing:
            lacking = missing(TESTS)
            if lacking and active():
                sys.exit(
                    f"The active environment lacks what the tests need ({', '.join(lacking)}). Type: "
                    f"python -m pip install -r {TESTS} and then the same command again."
                )
        if not lacking:
            return
        if active():
            print(
                f"The active environment lacks {', '.join(lacking)}; it stays as it is, and the course uses .venv.",
                file=sys.stderr,
                flush=True,
            )
    try:
        version, packages = probe()
        if version < OLDEST:
            make()
            version, packages = probe()
        for name in [COURSE, TESTS] if testing else [COURSE]:
            if not installed(name, version):
                install(name, version, packages)
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on from here.")
    if not running_in_venv():
        run_again(arguments)


def installed(name: str, version: tuple) -> bool:
    """Tell whether `.venv` has what a requirements file and its constraints say now.

    A stamp says so: it is written last, so that an interrupted installation and an updated file are noticed. Where
    there is none, another tool made `.venv`, and its packages are looked at.
    """
    try:
        with open(stamp(name), encoding="ascii") as file:
            return file.read() == digest(name, version)
    except OSError:
        return running_in_venv() and not missing(name)


def lock(name: str) -> str:
    """Return the file that pins, with hashes, what a requirements file brings."""
    return name.replace("requirements", "constraints")


def stamp(name: str) -> str:
    return os.path.join(VENV, "course-" + name.replace("/", "-"))


def digest(name: str, version: tuple) -> str:
    return hashlib.sha256((repr(version) + contents(name) + contents(lock(name))).encode()).hexdigest()


def install(name: str, version: tuple, packages: str) -> None:
    """Install into `.venv` exactly what the constraints of a requirements file pin, with uv, or else with pip."""
    print(f"Installing what {name} lists. This takes a few seconds, or a minute.", file=sys.stderr, flush=True)
    arguments = ["install", "--no-deps", "--require-hashes", "-r", os.path.join(ROOT, lock(name))]
    only_uv = os.path.join(VENV, "course-uv.txt")
    python = [PYTHON, "-I", "-m"]
    pip, ensurepip = [*python, "pip", "--no-input"], [*python, "ensurepip", "--default-pip"]
    own = shutil.which("uv")
    ways = [
        [[own, "pip", *arguments, "--python", PYTHON]]
        if own
        else [[*pip, *arguments[:-1], only_uv], [*python, "uv", "pip", *arguments, "--python", PYTHON]],
        [[*pip, *arguments]],
    ]
    try:
        write(stamp(name), "unfinished")
        write(only_uv, re.search(r"(?m)^uv==(?:.*\\\n)+.*\n", contents(lock(COURSE)))[0])
        forget_halves(packages)
        said = []  # of all ways: where the disk is full, the first says so, and leaves half a pip to the second
        for way in ways:
            if all(run(command, said) for command in [ensurepip, *way]):
                break
        else:
            fail(said, "The packages could not be installed")
        os.makedirs(os.path.join(packages, "tutorial"), exist_ok=True)
        helper = os.path.join(os.path.realpath(ROOT), "notebooks", "tutorial")  # relative, because the folder may move
        away = os.path.relpath(helper, os.path.join(os.path.realpath(packages), "tutorial"))
        write(os.path.join(packages, "tutorial", "__init__.py"), FORWARD.format(away))
        write(stamp(name), digest(name, version))
    except OSError as error:
        fail([str(error)], "The packages could not be installed")


def write(path: str, text: str) -> None:
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def forget_halves(packages: str) -> None:
    """Delete the metadata of packages whose files are not all there, so that they are installed again."""
    for name in os.listdir(packages):
        if name.endswith(".dist-info"):
            try:
                with open(os.path.join(packages, name, "RECORD"), encoding="utf-8", newline="") as file:
                    paths = [row[0] for row in csv.reader(file) if row and not row[0].endswith(".pyc")]
            except OSError:
                paths = ["?"]
            if not all(os.path.exists(os.path.join(packages, path)) for path in paths):
                shutil.rmtree(os.path.join(packages, name))
