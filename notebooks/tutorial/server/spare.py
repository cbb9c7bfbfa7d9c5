"""The processes behind the server, seen from the kernel: a spare with Django imported, and workers made from it.

Where there is fork, the spare stays and every worker is forked from it. Elsewhere the spare becomes the worker.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from ..disk import system
from ..disk.files import contents
from ..disk.project import ROOT
from . import outside, sockets, standing
from .link import MOMENT, SLICE, Link, uninterrupted
from .process import Worker

START = 10.0  # seconds a process has to import the project and to start
# This course's own helper, whichever this Python would find; notebooks/ does not stay before the standard library.
BOOT = "import sys; sys.path.insert(0, sys.argv[1]); import tutorial; del sys.path[0]; "
BOOT += "from tutorial.worker.main import main; main(*sys.argv[2:])"


def environment() -> dict[str, str]:
    """Return the environment of the processes: the kernel's own, with this course's settings."""
    mine = {"DJANGO_SETTINGS_MODULE": "websocket_app.settings", "PYTHONUNBUFFERED": "1"}
    mine = outside.settings(sockets.remembered()) | os.environ | mine
    mine.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # what a notebook may do, a handler must not
    return mine


class Spare:
    """A process that has imported Django and everything else that no save changes."""

    def __init__(self, lent: list[socket.socket], log: Path) -> None:
        ours, theirs = socket.socketpair()
        self.stacks, self.environment = log.with_name("stack.log"), environment()
        self.lock = threading.Lock()
        self.hears = self.loaded = self.used = False
        self.waiting: Worker | None = None
        self.files: dict[str, bytes | None] = {}  # the project's, as it has imported them or found that there is none
        mode = "fork" if system.FORKS else "serve"
        command = [sys.executable, "-P", "-c", BOOT, str(ROOT / "notebooks"), str(ROOT), str(log), mode]
        with theirs, log.open("ab") as output:
            options = {"cwd": ROOT, "env": self.environment}
            self.process = system.start(command, [theirs, *lent], output.fileno(), **options)
        self.link = Link(Connection(ours.detach()))
        self.link.send(do="hello")

    def usable(self) -> bool:
        """Tell whether a worker made from it is as one that starts now: what is imported goes stale."""
        fresh = all(contents(Path(file)) == content for file, content in self.files.items())
        return fresh and not self.used and self.process.poll() is None and self.environment == environment()

    def load(self) -> dict | None:
        """Wait until Django is imported; return the project's line at which that does not go on, if there is one."""
        if not self.hears:
            self.hears = self.link.answer(START) is not None  # from here on `where` finds somebody who listens
        if self.hears and not self.loaded:
            self.link.send(do="load")
            answer, line = self.patient(self.link, self.process.pid)
            self.loaded = answer is not None
            self.files = answer["files"] if answer else {}
            return line
        return None

    def worker(self) -> Worker:
        """Return a worker, which waits for the word to go; `load` comes first."""
        if not system.FORKS:
            self.used = True
            return Worker(self.link, self.process.pid, self)
        worker, self.waiting = self.waiting, None
        return worker if worker and worker.alive else self.fork()

    def prepare(self) -> None:
        """Fork a worker before it is needed, so that a save does not wait for that."""
        if system.FORKS and self.loaded and self.waiting is None:
            self.waiting = self.fork()

    def fork(self) -> Worker:
        """Return a new worker, forked from this process."""
        with self.lock, uninterrupted():
            ours, theirs = Pipe()
            with theirs:
                self.link.send(do="fork")
                with socket.socket(fileno=os.dup(self.link.connection.fileno())) as line:
                    socket.send_fds(line, [b"."], [theirs.fileno()])
            answer = self.link.answer(MOMENT) or {"pid": None}
            return Worker(Link(ours), answer["pid"], self)

    def status(self, pid: int | None) -> int | None:
        """Return the exit status of a worker that has ended, as `Popen.returncode`; None where nobody knows."""
        if not system.FORKS:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(MOMENT)
            return self.process.returncode
        with self.lock:
            known = self.process.poll() is None and self.link.ask(MOMENT, do="wait", pid=pid)
            return known["status"] if known else None

    def where(self, pid: int | None) -> dict | None:
        """Return the project's line at which a process stands: `path`, `line`, `code`, and whether it is `innermost`.

        The process itself need not answer: what prints its stack is not written in Python, so this works while a
        call of C, such as `9 ** 9 ** 9`, holds the interpreter. None where no line is known, and on Windows.
        """
        return standing.where(pid, self.stacks) if self.hears and pid is not None else None

    def patient(self, link: Link, pid: int | None) -> tuple[dict | None, dict | None]:
        """Wait START seconds for an answer; return it, or the line of the project that never ends."""
        deadline, spent = time.monotonic() + START, standing.processor_time(pid)
        while not (answer := link.answer(SLICE)) and not link.gone.is_set():
            if link is self.link and self.process.poll() is not None:
                break
            late = time.monotonic() > deadline
            if late or standing.processor_time(pid) - spent > standing.BUSY:
                line = self.where(pid)
                if late or (line and line["innermost"]):
                    return None, line
                spent = standing.processor_time(pid)
        return answer or link.answer(0), None

    @uninterrupted()
    def close(self) -> None:
        """End it and all that comes from it."""
        if system.FORKS:
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.link.gone.wait(MOMENT)
        if self.waiting is not None:
            self.waiting.link.gone.wait(MOMENT)  # it has the listening sockets, too
