"""From a changed file to the first right answer by the new code.

Nothing is pinned to a core here: a learner's machine is not either.
"""

import contextlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks import wire
from benchmarks.figures import CHANNELS_RUNSERVER, COURSE_AGAIN, COURSE_EDIT, RELOAD, RESPAWN, Effort, Figure, Measure
from benchmarks.servers import ROOT, free_port, start, stop, wait_until_open

EDIT = Measure("edit to answer", "ms", base=CHANNELS_RUNSERVER, inverse=True)
FIRST_RIGHT = Measure("edits whose first answer was right", "of all")
FIRST_START = Measure("start of the server to its first answer", "ms")
STUCK = Measure("edit to answer, with the old handler in an endless loop", "ms")
HANDLER = Path("websocket_app/websocket.py")
CHANNELS_HANDLER = Path("benchmarks/peers/channels_project/consumers.py")
PAUSE = 2.0  # Seconds between edits: `runserver` looks once a second and misses an earlier one for good.
MISSED = 10.0  # Seconds after which an edit has been missed for good.
BACKOFF = 0.005  # Seconds between tries: shorter ones would only slow the old server down.

# Saves the handler so that it answers this text; returns the port to ask.
Save = Callable[[str], int]


@contextmanager
def reload_edit(project: Path) -> Iterator[Save]:
    """Run `uvicorn --reload`, with watchfiles installed."""
    port = free_port()
    command = ["-m", "uvicorn", "websocket_app.asgi:application", "--port", str(port), "--reload"]
    with development_server(command, port, project):
        yield lambda answer: write(project / HANDLER, answer, port)


@contextmanager
def runserver_edit(project: Path) -> Iterator[Save]:
    """Run the `runserver` that daphne gives a Channels project."""
    port = free_port()
    settings = "--settings=benchmarks.peers.channels_project.settings"
    command = ["manage.py", "runserver", f"127.0.0.1:{port}", settings]
    with development_server(command, port, project):
        yield lambda answer: write(project / CHANNELS_HANDLER, answer, port)


@contextmanager
def respawn_edit(project: Path) -> Iterator[Save]:
    """Kill `python -m uvicorn` and start it again."""
    port = free_port()
    command = ["-m", "uvicorn", "websocket_app.asgi:application", "--port", str(port)]
    process = start(command, project, subprocess.DEVNULL)

    def save(answer: str) -> int:
        nonlocal process
        write(project / HANDLER, answer, port)
        stop(process)
        process = start(command, project, subprocess.DEVNULL)
        return port

    try:
        ask_until("pong!", port)
        yield save
    finally:
        stop(process)


@contextmanager
def course_edit(project: Path) -> Iterator[Save]:
    """Do what `%%save` does in a notebook of this course."""
    # Not for the others: with it, manage.py first looks after the course's packages.
    shutil.copytree(ROOT / "notebooks/tutorial", project / "notebooks/tutorial")
    sys.path.insert(0, str(project / "notebooks"))
    try:
        from tutorial.save import save as save_cell
        from tutorial.server.server import Server

        server = Server()

        def save(answer: str) -> int:
            save_cell(str(HANDLER), re.sub("pong!+", answer, (project / HANDLER).read_text()))
            server.serve()
            return server.port

        try:
            ask_until("pong!", save("pong!"))
            yield save
        finally:
            with contextlib.redirect_stdout(None):
                server.stop()
    finally:
        # The helper works in the folder it is imported from, and the next round has another one.
        sys.path.remove(str(project / "notebooks"))
        for name in [name for name in sys.modules if name.partition(".")[0] == "tutorial"]:
            del sys.modules[name]


PEERS: dict[str, Callable[[Path], AbstractContextManager[Save]]] = {
    RESPAWN: respawn_edit,
    RELOAD: reload_edit,
    CHANNELS_RUNSERVER: runserver_edit,
    COURSE_EDIT: course_edit,
    COURSE_AGAIN: course_edit,
}


def measure(name: str, effort: Effort) -> list[Figure]:
    """Edit a fresh copy of the project again and again; return the median time in ms.

    The other figures are the time of the first start, and the share of edits after which the very first try got the
    new answer; of this course also the time of an edit that finds the old handler stuck.
    """
    times, tries = [], []
    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder))
        begin = time.perf_counter()
        with PEERS[name](project) as save:
            started = time.perf_counter() - begin
            for number in range(1, effort.edits + 1):
                time.sleep(PAUSE)
                # A new length every time: Python tells sources of one second apart by their length.
                answer = "pong" + number * "!!"
                if name == COURSE_AGAIN:  # the helper has had no time to prepare for the next one
                    ask_until(f"{answer}!", save(f"{answer}!"))
                begin = time.perf_counter()
                tries.append(edit(name, save, answer))
                times.append(time.perf_counter() - begin)
            # The others are not asked: `uvicorn --reload` would wait for the old handler for ever.
            stuck = [Figure(STUCK, name, edit_while_stuck(project, save))] if name == COURSE_EDIT else []
    return [
        Figure(EDIT, name, statistics.median(times) * 1000),
        Figure(FIRST_RIGHT, name, tries.count(1) / len(tries)),
        Figure(FIRST_START, name, started * 1000),
        *stuck,
    ]


def edit(name: str, save: Save, answer: str) -> int:
    """Save until the answer comes and return how many tries it took.

    `runserver` may miss a change for good; then its file is saved again, as one would, and the time runs on. This
    course must not miss any.
    """
    try:
        return ask_until(answer, save(answer))
    except wire.WrongAnswer:
        if name in (COURSE_EDIT, COURSE_AGAIN):
            raise
        return 1 + ask_until(answer, save(answer))


def edit_while_stuck(project: Path, save: Save) -> float:
    """Send the handler into an endless loop; return the time of the edit that mends it, in ms."""
    handler = project / HANDLER
    good = handler.read_text()
    question = re.search(r' +if text == "ping":\n', good)[0]
    handler.write_text(good.replace(question, question.replace("if", "while", 1) + f"{' ' * 20}pass\n{question}"))
    with wire.connect(save("pong!"), compression=None) as connection:
        connection.sendall(wire.PING)
        time.sleep(PAUSE)
        handler.write_text(good)
        begin = time.perf_counter()
        ask_until("pong!!!", save("pong!!!"))
        return (time.perf_counter() - begin) * 1000


def copy_project(folder: Path) -> Path:
    """Put a copy of the project, and of its peers, into an empty folder."""
    for part in [HANDLER.parent, CHANNELS_HANDLER.parent.parent]:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", folder)
    return folder


def write(handler: Path, answer: str, port: int) -> int:
    """Make the handler answer this text, and return the port."""
    handler.write_text(re.sub("pong!+", answer, handler.read_text()))
    return port


@contextmanager
def development_server(command: list[str], port: int, project: Path) -> Iterator[None]:
    """Start a server that reloads by itself, wait for its first answer, and stop it at the end."""
    with tempfile.TemporaryFile() as log:
        process = start(command, project, log)
        try:
            wait_until_open(port, process, log)
            ask_until("pong!", port)
            yield
        finally:
            stop(process)


def ask_until(answer: str, port: int) -> int:
    """Ask until the answer comes and return how many tries it took. Raises WrongAnswer."""
    end = time.monotonic() + MISSED
    tries = 0
    while time.monotonic() < end:
        tries += 1
        try:
            with wire.connect(port, compression=None) as connection:
                if wire.ask(connection) == answer:
                    return tries
        except (OSError, wire.WrongAnswer):
            pass  # Refused, or cut off by the old server's end.
        time.sleep(BACKOFF)
    raise wire.WrongAnswer(f"{answer!r} did not come within {MISSED} s")
