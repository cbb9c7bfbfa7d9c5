"""A worker process, seen from the notebook: commands go in, answers come out, and it ends with the notebook."""

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from ..disk.project import ROOT

START = 10.0  # seconds a worker has to import the project and to start
SLICE = 0.1  # seconds: on Windows the stop button does not reach into a longer wait


@contextlib.contextmanager
def uninterrupted():
    """Hold the stop button back during a few lines that, cut in two, would lose a process."""
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


class Process:
    """A worker process, seen from the notebook."""

    def __init__(self, sockets: list[socket.socket], log: Path) -> None:
        inherited = [] if sys.platform == "win32" else [s.fileno() for s in sockets]
        places = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": places, "PYTHONUNBUFFERED": "1"}
        environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # that is the kernel's alone
        apart = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
            if sys.platform == "win32"
            else {"start_new_session": True, "pass_fds": inherited}
        )
        self.sockets = sockets
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tutorial.worker.main", str(ROOT), str(log), *map(str, inherited)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            **apart,  # an interrupted cell interrupts the kernel's own process group only
        )
        self.answers: queue.SimpleQueue[dict | None] = queue.SimpleQueue()
        self.words = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        with self.process.stdout as lines:
            for line in lines:
                self.answers.put(json.loads(line))
        self.process.wait()
        self.answers.put(None)
        # Closed here, for a pipe that is left to the garbage collector complains of what nobody read.
        with contextlib.suppress(OSError):
            self.process.stdin.close()

    def ask(self, timeout: float, **command: object) -> dict | None:
        """Say one command and return its answer; None if none comes in `timeout` seconds."""
        self.words += 1
        try:
            self.process.stdin.write(json.dumps({"id": self.words, **command}) + "\n")
            self.process.stdin.flush()
        except (OSError, ValueError):  # it is gone, or its pipe is closed already
            return None
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            try:
                answer = self.answers.get(timeout=min(SLICE, max(0, left)))
            except queue.Empty:
                if left <= 0:
                    return None
                continue
            if answer is None:
                self.answers.put(None)
                return None
            if answer["id"] == self.words:
                return answer

    def go(self, options: dict, recording: bool) -> dict | None:
        lent = [s.share(self.process.pid).hex() for s in self.sockets] if sys.platform == "win32" else []
        return self.ask(START + 1, do="go", options=options, recording=recording, sockets=lent, patience=START)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ended(self) -> bool:
        """Tell whether it has ended, or does so within a moment."""
        try:
            return self.process.wait(0.1) is not None
        except subprocess.TimeoutExpired:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
