"""The Python that runs the commands: whether it has the packages, and `.venv`, which is made where it does not.

Standard library only, and readable to Python 3.6, because this file tells the owner of an old Python to get a newer
one. Every failure is one sentence and exit status 1, and the same command, typed again, goes on from there.
"""

import importlib.util
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
OLDEST = (3, 11)
PROBE = "import sys, sysconfig; print('%d.%d' % sys.version_info[:2]); print(sysconfig.get_path('purelib'))"
# Variables that could send packages elsewhere. Those that say how to reach an index stay.
REDIRECTS = ("PIP_", "UV_", "PYTHON", "__PYVENV", "VIRTUAL_ENV", "CONDA_PREFIX")
REACHES = re.compile("INDEX|LINKS|CERT|TLS|PROXY|HOST|TIMEOUT|RETRIES|CACHE|CONFIG|KEYRING")
STEPS = re.compile(r"(?:Collecting|Downloading|Installing|Prepared|Installed) .*")  # of uv and pip

# What venv, uv or pip prints when a thing fails → what it means, and what to do.
MEANINGS = {
    r"No space left|not enough space|quota exceeded": (
        "The disk is full: the course's packages need about 500 MB in .venv. Free some space"
    ),
    r"Long Path|name or extension is too long": (
        "The path of this folder is too long for Windows. Move the course nearer to the drive, such as C:\\course"
    ),
    r"Permission denied|Read-only file system|Access is denied|Operation not permitted": (
        "This folder cannot be written to. Copy the course to a folder of your own and go there"
    ),
    r"DO NOT MATCH THE HASHES": (
        "A package that came is not the one that the course was proven with. Try another network or package index"
    ),
    r"connection broken|ConnectionError|ConnectTimeout|ReadTimeout|timed out|name resolution|getaddrinfo"
    r"|ProxyError|SSLError|Network is unreachable|Connection refused|from versions: none": (
        "The packages cannot be fetched: no network answers, and the first time needs one. Connect this machine"
    ),
}


def running_in_venv() -> bool:
    return os.path.isdir(VENV) and os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def active() -> bool:
    """Tell whether this Python is that of a virtual environment."""
    return sys.prefix != sys.base_prefix


def missing(name: str) -> list:
    """Return the packages of a requirements file that this Python lacks or has too old.

    Lines with a condition (behind a semicolon) make things faster; the course works without them.
    """
    if sys.version_info < OLDEST:
        return [f"Python {OLDEST[0]}.{OLDEST[1]}"]
    from importlib import metadata

    lacking = []
    for line in contents(name).splitlines():
        line = line.partition("#")[0].strip()
        if line and ";" not in line:
            package, least = re.match(r"([\w-]+)(?:>=)?([\d.]*)", line).groups()  # a newer one than listed works, too
            try:
                found = numbers(metadata.version(package)) >= numbers(least)
            except metadata.PackageNotFoundError:
                found = False
            if not found:
                lacking.append(line)
    return lacking


def contents(name: str) -> str:
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def numbers(version: str) -> list:
    return [int(number) for number in re.findall(r"\d+", version)]


def probe() -> tuple:
    """Return the version of the Python in `.venv` and its folder of packages; (0,) and "" where it does not run."""
    try:
        said = subprocess.run(
            [PYTHON, "-I", "-c", PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            universal_newlines=True,  # noqa: UP021 (Python 3.6)
            timeout=60,
        ).stdout.splitlines()
        return tuple(numbers(said[0])), said[1]
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return (0,), ""


def make() -> None:
    """Make `.venv` with this Python, anew if there is a broken one; it has no packages then."""
    if sys.version_info < OLDEST:
        oldest, this = (".".join(str(number) for number in version[:2]) for version in (OLDEST, sys.version_info))
        sys.exit(
            f"Python {oldest} or newer is needed, and this is {this} ({sys.executable}). Install one from "
            "https://www.python.org/downloads/ or with your system's packages, and type for example: "
            "python3.14 manage.py lab"
        )
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        sys.exit(
            f"This Python ({sys.executable}) lacks its venv module, which makes the course's environment. "
            "On Debian and Ubuntu type: sudo apt install python3-venv and then the same command again."
        )
    print("Making an environment for the course in .venv. This happens once.", file=sys.stderr, flush=True)
    said = []
    if not run([sys.executable, "-I", "-m", "venv", "--clear", "--without-pip", VENV], said) or probe() < (OLDEST,):
        fail(said, "The environment .venv could not be made")


def run(command: list, said: list) -> bool:
    """Run a command, add the lines that it prints to `said`, show its steps; tell whether it succeeded."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(REDIRECTS) or REACHES.search(k)}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment
    )
    try:
        for line in process.stdout:
            said.append(line.decode("utf-8", "replace").rstrip())
            step = STEPS.search(said[-1])
            if step:
                print(f"  {step.group()[:100]}", flush=True)
        return process.wait() == 0
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def fail(said: list, what: str) -> None:
    """Exit with one sentence about what failed, made of the lines that a tool printed."""
    for pattern, sentence in MEANINGS.items():
        if re.search(pattern, "\n".join(said), re.IGNORECASE):
            sys.exit(f"{sentence}, then type the same command again.")
    lines = [line for line in said if line.strip()] or ["it said nothing"]
    last = ([line for line in lines if line.startswith("ERROR")] or lines)[-1].replace("ERROR: ", "", 1)
    sys.exit(f"{what}: {last.rstrip('.')}. Put that right, or delete .venv, then type the same command again.")


def run_again(arguments: list) -> None:
    """Put manage.py, run by the Python of `.venv`, in the place of this process."""
    os.environ.update(VIRTUAL_ENV=VENV, PATH=os.path.dirname(PYTHON) + os.pathsep + os.environ.get("PATH", ""))
    for name in ("PYTHONHOME", "__PYVENV_LAUNCHER__"):
        os.environ.pop(name, None)
    execute([PYTHON, os.path.join(ROOT, "manage.py"), *arguments[1:]])


def execute(command: list) -> None:
    """Put a program in the place of this process; on Windows, wait for it and exit as it does."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            continue  # it got the interruption, too, and decides
