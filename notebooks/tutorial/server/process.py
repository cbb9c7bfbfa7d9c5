"""The processes behind the server, seen from the kernel: a spare with Django imported, and workers made from it.

Where there is fork, the spare stays and every worker is forked from it. Elsewhere the spare becomes the worker.
"""

import contextlib
import itertools
import os
import queue
import re
import signal
import socket
import sys
import threading
import time
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import send_handle
from pathlib import Path

import psutil

from ..disk import system
from ..disk.files import contents
from ..disk.project import PACKAGE, ROOT

START = 10.0  # seconds a process has to import the project and to start
BUSY = 2.5  # seconds of processor time in one line of the project after which that line counts as endless
SLICE = 0.1  # seconds: on Windows the stop button does not reach into a longer wait
MOMENT = 5.0  # seconds for what takes milliseconds on a machine that does nothing else
BOOT = "import sys; sys.path.append(sys.argv[1]); from tutorial.worker.main import main; main(*sys.argv[2:])"


@contextlib.contextmanager
def uninterrupted():
    """Defer Ctrl+C while a process changes hands, or it would leak."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = []
    handler = signal.signal(signal.SIGINT, lambda *interrupt: held.append(interrupt))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if held and callable(handler):
            handler(*held[0])


def environment() -> dict[str, str]:
    """Return the environment of the processes: the kernel's own, with this course's settings."""
    mine = {**os.environ, "DJANGO_SETTINGS_MODULE": "websocket_app.settings", "PYTHONUNBUFFERED": "1"}
    mine.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # what a notebook may do, a handler must not
    return mine


class Link:
    """One end of a channel to a process; a thread reads it, because a wait in that thread needs no interrupting."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.answers: queue.SimpleQueue[dict] = queue.SimpleQueue()
        self.gone = threading.Event()  # the other end is closed: its process has ended
        self.asked = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self.answers.put(self.connection.recv())
        self.gone.set()

    def ask(self, timeout: float, **command: object) -> dict | None:
        """Send one command and return its answer; None if none comes in `timeout` seconds."""
        self.send(**command)
        return self.answer(timeout)

    def send(self, **command: object) -> None:
        self.asked += 1
        with contextlib.suppress(OSError):
            self.connection.send({"id": self.asked, **command})

    def answer(self, timeout: float) -> dict | None:
        """Return the answer to the last command; None if none comes in `timeout` seconds or the process ends."""
        deadline = time.monotonic() + timeout
        while True:
            over = self.gone.is_set() or time.monotonic() > deadline
            try:
                answer = self.answers.get(timeout=0 if over else SLICE)
            except queue.Empty:
                if over:
                    return None
                continue
            if answer["id"] == self.asked:
                return answer


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
            answer, line = patient(self.link, self.process.pid, self)
            self.loaded = answer is not None
            self.files = answer["files"] if answer else {}
            return line
        return None

    def worker(self) -> "Worker":
        """Return a worker, which waits for the word to go; `load` comes first."""
        if not system.FORKS:
            self.used = True
            return Worker(self.link, self.process.pid, self)
        worker, self.waiting = self.waiting, None
        return worker if worker and worker.alive else self.fork()

    def prepare(self) -> None:
        """Have a worker forked before it is needed: it serves a third sooner."""
        if system.FORKS and self.loaded and self.waiting is None:
            self.waiting = self.fork()

    def fork(self) -> "Worker":
        with self.lock, uninterrupted():
            ours, theirs = Pipe()
            with theirs:
                self.link.send(do="fork")
                send_handle(self.link.connection, theirs.fileno(), self.process.pid)
            answer = self.link.answer(MOMENT) or {"pid": None}
            return Worker(Link(ours), answer["pid"], self)

    def status(self, pid: int | None) -> int | None:
        """Return the exit status of a worker that has ended, as `Popen.returncode`; None where nobody knows."""
        if not system.FORKS:
            return self.process.wait(MOMENT)
        with self.lock:
            known = self.process.poll() is None and self.link.ask(MOMENT, do="wait", pid=pid)
            return known["status"] if known else None

    def where(self, pid: int | None) -> dict | None:
        """Return the project's line at which a process stands: `path`, `line`, `code`, and whether it is `innermost`.

        The process itself need not answer: what prints its stack is not written in Python, so this works while a
        call of C, such as `9 ** 9 ** 9`, holds the interpreter. None where no line is known, and on Windows.
        """
        if pid is None or not self.hears or system.WINDOWS:
            return None
        stack = None
        with contextlib.suppress(OSError):
            os.truncate(self.stacks, 0)
            os.kill(pid, signal.SIGUSR1)
            for _ in range(20):
                time.sleep(0.02)
                before, stack = stack, self.stacks.read_text(errors="replace")
                if stack and stack == before:  # it is complete
                    return project_line(stack)
        return None

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


class Worker:
    """A process that serves the code which is on disk when it is told to go."""

    numbers = itertools.count(1)

    def __init__(self, link: Link, pid: int | None, spare: Spare) -> None:
        self.number, self.link, self.pid, self.spare = next(self.numbers), link, pid, spare
        self.served = ""  # fingerprint of the code
        self.trouble: dict | None = None  # why the project cannot be imported: name, message, lines, more
        self.status: int | None = None

    @property
    def alive(self) -> bool:
        return not self.link.gone.is_set()

    def go(self, options: dict) -> tuple[dict | None, dict | None]:
        """Serve; return the answer, or None and the project's line at which the start does not go on, if any."""
        self.link.send(do="go", options=options)
        return patient(self.link, self.pid, self.spare)

    def stuck(self) -> dict | None:
        """Return the line of the project at which a worker that does not answer stands still."""
        first = self.spare.where(self.pid)
        if first is None or self.link.answer(SLICE):
            return None
        return first if self.spare.where(self.pid) == first else None

    def ended(self) -> str:
        """Return how a worker that has ended did so, as the end of a sentence."""
        self.kill()
        if self.status is not None and self.status < 0:
            return f"was killed by {signal.Signals(-self.status).name}"
        what = "ended" if self.status is None else f"ended with exit status {self.status}"
        return f"{what}; os._exit() and sys.exit() in a handler do this"

    def leave(self, seconds: float) -> None:
        """Wait until it has ended by itself; end it after so many seconds."""
        self.link.gone.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End it, if it has not ended, and keep its exit status."""
        status = None if self.alive else self.spare.status(self.pid)
        if status is None and self.pid is not None:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGTERM if system.WINDOWS else signal.SIGKILL)
            status = self.spare.status(self.pid)
        self.status = status


def patient(link: Link, pid: int | None, spare: Spare) -> tuple[dict | None, dict | None]:
    """Wait START seconds for an answer; return it, or the line of the project that never ends."""
    deadline = time.monotonic() + START
    spent = processor_time(pid)
    while not (answer := link.answer(SLICE)) and not link.gone.is_set() and spare.process.poll() is None:
        late = time.monotonic() > deadline
        if late or processor_time(pid) - spent > BUSY:
            line = spare.where(pid)
            if late or (line and line["innermost"]):
                return None, line
            spent = processor_time(pid)
    return answer or link.answer(0), None


def processor_time(pid: int | None) -> float:
    """Return the seconds of processor time that a process has used."""
    try:
        return psutil.Process(pid).cpu_times().user if pid else 0.0
    except psutil.Error:
        return 0.0


def project_line(stack: str) -> dict | None:
    """Return the project's innermost line in what `faulthandler` prints of all threads, the main thread last."""
    for thread in reversed(stack.split("\n\n")):
        frames = re.findall(r'File "(.+)", line (\d+) in ', thread)
        for depth, (file, number) in enumerate(frames):
            if file.startswith(f"{PACKAGE}{os.sep}"):
                lines = Path(file).read_text(errors="replace").splitlines()[int(number) - 1 :]
                place = {"path": Path(file).relative_to(ROOT).as_posix(), "line": int(number)}
                return {**place, "code": lines[0].strip() if lines else "", "innermost": depth == 0}
    return None
