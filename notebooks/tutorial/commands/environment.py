"""The Python that runs the commands: this one if it has the packages, else the one of `.venv`, made here.

Standard library only, and readable to Python 3.6: this is what tells the owner of an old Python to get a newer
one. Every failure is one sentence and exit status 1, and the same command, typed again, goes on from there.
"""

import hashlib
import importlib.util
import os
import queue
import re
import shutil
import subprocess
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
COURSE, TESTS = "requirements.txt", "tests/requirements.txt"
OLDEST = (3, 11)
PROBE = "import sys, sysconfig; print('%d.%d' % sys.version_info[:2]); print(sysconfig.get_path('purelib'))"

# What pip or venv prints when a thing fails → what it means, and what to do.
MEANINGS = (
    (
        r"No space left|not enough space|quota exceeded",
        "The disk is full: the course's packages need about 500 MB in .venv. Free some space",
    ),
    (
        r"Permission denied|Read-only file system|Access is denied|Operation not permitted",
        "This folder cannot be written to. Copy the course to a folder of your own and go there",
    ),
    (
        r"connection broken|ConnectionError|ConnectTimeout|ReadTimeout|timed out|name resolution|getaddrinfo"
        r"|ProxyError|SSLError|Network is unreachable|Connection refused|No matching distribution",
        "The packages cannot be fetched: no network answers, and the first time needs one. Connect this machine",
    ),
)


def prepare(arguments: list, testing: bool = False) -> None:
    """Return if this Python has the packages; else make `.venv` what it must be and run manage.py again in it.

    `arguments` are manage.py's own; `testing` asks for the packages of the tests, too.
    """
    wanted = [COURSE, TESTS] if testing else [COURSE]
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
            note(
                f"The active environment lacks {', '.join(lacking)}; it stays as it is. The course uses .venv, its own."
            )
    try:
        version, packages = probe()
        if version < OLDEST:
            make()
            version, packages = probe()
        for name in wanted:
            if not installed(name, version):
                install(name, version, packages)
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on from here.")
    if not running_in_venv():
        run_again(arguments)


def running_in_venv() -> bool:
    return os.path.isdir(VENV) and os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def active() -> bool:
    """Tell whether this Python is that of a virtual environment."""
    return sys.prefix != sys.base_prefix


def missing(name: str) -> list:
    """Return the packages of a requirements file that this Python lacks or has too old.

    Lines with a condition (behind a semicolon) make things faster; the course does without them.
    """
    if sys.version_info < OLDEST:
        return [f"Python {OLDEST[0]}.{OLDEST[1]}"]
    from importlib import metadata

    lacking = []
    for line in lines(name):
        package, _, least = line.partition(">=")
        try:
            found = numbers(metadata.version(package)) >= numbers(least)
        except metadata.PackageNotFoundError:
            found = False
        if not found:
            lacking.append(line)
    return lacking


def place(name: str) -> str:
    return os.path.join(ROOT, *name.split("/"))


def lines(name: str) -> list:
    with open(place(name), encoding="utf-8") as file:
        found = [line.partition("#")[0].strip() for line in file]
    return [line for line in found if line and ";" not in line]


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
            "python3.13 manage.py lab"
        )
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        sys.exit(
            f"This Python ({sys.executable}) lacks its venv module, which makes the course's environment. "
            "On Debian and Ubuntu type: sudo apt install python3-venv and then the same command again."
        )
    note("Making an environment for the course in .venv. This happens once.")
    made = subprocess.run(
        [sys.executable, "-I", "-m", "venv", "--clear", "--without-pip", VENV],  # pip comes with the packages
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    if made.returncode or probe() < (OLDEST,):
        fail(made.stdout, "The environment .venv could not be made")


def installed(name: str, version: tuple) -> bool:
    """Tell whether `.venv` has what a requirements file says now.

    A stamp says so: it is written last, so that an interrupted installation and an updated file are noticed. Where
    there is none, another tool made `.venv`, and its packages are looked at.
    """
    try:
        with open(stamp(name), encoding="ascii") as file:
            return file.read() == digest(name, version)
    except OSError:
        return running_in_venv() and not missing(name)


def stamp(name: str) -> str:
    return os.path.join(VENV, "course-" + name.replace("/", "-"))


def digest(name: str, version: tuple) -> str:
    with open(place(name), "rb") as file:
        return hashlib.sha256(repr(version).encode() + file.read()).hexdigest()


def install(name: str, version: tuple, packages: str) -> None:
    """Install a requirements file into `.venv`, showing how far it is."""
    note(f"Installing what {name} lists. This takes a minute or two.")
    try:
        write(stamp(name), "unfinished")
        if not os.path.isdir(os.path.join(packages, "pip")):
            pip(packages, ["ensurepip", "--default-pip"])
        pip(packages, ["pip", "install", "--progress-bar=off", "--no-input", "-r", place(name)])
        # Lets `%load_ext tutorial` work whatever folder a kernel starts in; relative, for the folder may move.
        notebooks = os.path.join(ROOT, "notebooks")
        write(os.path.join(packages, "course.pth"), os.path.relpath(notebooks, os.path.realpath(packages)) + "\n")
        write(stamp(name), digest(name, version))
    except OSError as error:
        fail(str(error), "The packages could not be installed")


def write(path: str, text: str) -> None:
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.replace(path + ".new", path)


def pip(packages: str, command: list) -> None:
    """Run pip in `.venv` and show one line per package, or one line that changes where the output is a terminal."""
    environment = {key: text for key, text in os.environ.items() if key not in ("PIP_TARGET", "PIP_PREFIX")}
    environment.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PYTHONIOENCODING="utf-8")
    process = subprocess.Popen(
        [PYTHON, "-I", "-m", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env=environment,
    )
    said = queue.Queue()

    def read() -> None:
        for line in process.stdout:
            said.put(line.decode("utf-8", "replace").rstrip())
        said.put(None)

    threading.Thread(target=read, daemon=True).start()
    everything, names, done = [], 0, None
    try:
        while True:
            try:
                line = said.get(timeout=0.3)
            except queue.Empty:
                line = ""
            if line is None:
                break
            if line:
                everything.append(line)
            if line.startswith(("Collecting ", "Processing ")):
                names += 1
                progress(f"fetching {names}: {re.split('[^A-Za-z0-9_.]', os.path.basename(line.split()[1]))[0]}")
            elif line.startswith("Installing collected packages:"):
                names, done = len(line.split(",")), -1
                before = count(packages)
            if done is not None and count(packages) - before > done:
                done = count(packages) - before  # pip is silent while it installs
                progress(f"installing {done} of {names}", often=True)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    finally:
        if sys.stdout.isatty():
            print()
    if process.wait():
        fail("\n".join(everything), "The packages could not be installed")


def count(packages: str) -> int:
    return sum(name.endswith(".dist-info") for name in os.listdir(packages))


def progress(words: str, often: bool = False) -> None:
    """Show how far a long work is: where the output is no terminal, only what is not said `often`."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print("\r" + f"  {words}"[:width].ljust(width), end="", flush=True)
    elif not often:
        print(f"  {words}", flush=True)


def note(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def fail(output: str, what: str) -> None:
    """Exit with one sentence about what failed, made of what venv or pip printed."""
    for pattern, sentence in MEANINGS:
        if re.search(pattern, output, re.IGNORECASE):
            sys.exit(f"{sentence}, then type the same command again.")
    said = [line for line in output.splitlines() if line.strip()] or ["it said nothing"]
    last = ([line for line in said if line.startswith("ERROR")] or said)[-1].replace("ERROR: ", "", 1)
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
