"""The server beside the notebook: uvicorn in a process of its own, on this machine's loopback only.

The notebook holds the listening sockets and lends them to one worker after the other, so a port stays the
same and no connection is refused while code changes. Behind the worker that serves waits a spare with Django
already imported; a save tells it to go.
"""

import enum
import json
import socket
import subprocess
import threading
from pathlib import Path

from ..disk.files import fingerprint, make
from ..disk.project import STATE, TutorialError
from . import handover, sockets
from .process import Process, uninterrupted

BUSY = 2.0  # seconds that another notebook waits while this one starts a worker
WORD = 0.2  # seconds a worker has to answer a word that needs no work; one stuck in a loop is killed then
WAITING = "Waiting for application startup."  # uvicorn's words
BREATH = 0.1  # seconds that a new worker has the machine to itself
OURS = {"app", "fd", "host", "port", "reload", "uds", "workers"}  # options of uvicorn that the course decides


class State(enum.Enum):
    """Where the server of a notebook stands."""

    OFF, STOPPED, SERVING, DEAD, AWAY, INTERRUPTED = range(6)


class Server:
    """uvicorn serving `websocket_app.asgi:application` in the background.

    `start()`, `stop()`, `restart()`, `url` (ws://…), `http_url` (http://…) and `log` (what uvicorn printed).
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._sockets: list[socket.socket] = []
        self._options: dict = {}
        self._worker: Process | None = None
        self._spare: Process | None = None
        self._mourned: Process | None = None  # whose death the learner knows of
        self._trouble: dict | None = None
        self._served = ""  # fingerprint of the code that is being served
        self._wanted = False  # started and not stopped: a dead server is brought back
        self._stopped = False  # stopped by the learner: a save does not start it
        self._taken_by: str | None = None  # the notebook that has the server instead
        self.facts: list[str] = []
        self._recording = True
        self._log_start = 0
        self.port: int | None = None

    # What a learner uses.

    def start(self, **options: object) -> None:
        """Start uvicorn and return when it accepts connections; options are uvicorn's, such as lifespan="on"."""
        for name, value in options.items():
            if name in OURS:
                raise TutorialError(
                    f"server.start() takes no {name}: the course has the server at an address of its own, in one "
                    "process that every save replaces. Leave it out, or try it in a terminal: "
                    f"uvicorn --help explains --{name}."
                )
            try:
                json.dumps(value)
            except (TypeError, ValueError):
                raise TutorialError(
                    f"server.start({name}=…) takes text, a number, True, False or None, and lists of these, for it "
                    f"goes to another process. {type(value).__name__} is none of them."
                ) from None
        with self._lock:
            if options != self._options and self._worker:
                self._retire()
            self._options = options
            if not self.running:
                self._begin()
            print(f"$ {self.command}")
            print(self.describe())

    def stop(self) -> None:
        """Stop uvicorn and give the port back."""
        with self._lock:
            was_running = self.running
            self._end()
            self._wanted, self._stopped = False, True
            print("The server has stopped." if was_running else "The server is not running.")

    def restart(self) -> None:
        """Start again with the code that is on disk now."""
        with self._lock:
            self._begin()
            print(self.describe())

    @property
    def url(self) -> str:
        """The server's WebSocket address, such as ws://localhost:8000/; raises TutorialError if it is stopped."""
        self.current()
        return f"ws://localhost:{self.port}/"

    @property
    def http_url(self) -> str:
        """The server's HTTP address, such as http://localhost:8000/; raises TutorialError if it is stopped."""
        self.current()
        return f"http://localhost:{self.port}/"

    @property
    def log(self) -> str:
        """What uvicorn and the handlers printed since the code last changed."""
        try:
            return self._log_path.read_bytes()[self._log_start :].decode(errors="replace")
        except OSError:
            return ""

    def __repr__(self) -> str:
        return f"<server: {self.describe()}>"

    # What the other parts of the helper use.

    @property
    def running(self) -> bool:
        return self._worker is not None and self._worker.alive

    @property
    def started(self) -> bool:
        """Whether this notebook uses a server, even one that died or that another notebook has taken over."""
        return self._wanted

    @property
    def recording(self) -> bool:
        """Whether connections are recorded."""
        return self._recording

    @property
    def stopped(self) -> bool:
        """Whether the learner stopped it."""
        return self._stopped

    @property
    def command(self) -> str:
        """The same server as one would start it on the command line."""
        words = ["uvicorn", "websocket_app.asgi:application"]
        if self.port not in (None, 8000):
            words += ["--port", str(self.port)]
        for name, value in self._options.items():
            words += [f"--{name.replace('_', '-')}", str(value).lower() if isinstance(value, bool) else str(value)]
        return " ".join(words)

    def current(self) -> None:
        """Make sure that the server is up and runs the code on disk; raise TutorialError if it was never started."""
        with self._lock:
            if not self.started:
                raise TutorialError("The server is not running. Start it in a cell of its own: server.start()")
            if self._taken_by is not None:
                notices = [f"The server comes back from {self._taken_by} to this notebook."]
            elif self._worker is None:
                notices = ["The last cell was stopped before the server was ready. It is running now."]
            elif not self.running:
                notices = self._obituary("It is running again.")
            elif self._served != fingerprint():
                self._begin()
                self.facts.append(f"websocket_app/ was changed elsewhere. {self.describe(short=True)}")
                return
            else:
                return
            self._begin()
            self.facts += notices

    def refresh(self) -> None:
        """The same, quietly: for every cell, whether it uses the server or not.

        A start that the learner interrupted is left to the cell that needs the server: it may take as long again.
        """
        if self.started and self._taken_by is None and self._worker is not None:
            self.current()

    def reload(self) -> str:
        """Serve the code that is on disk now; return the sentences about it."""
        with self._lock:
            self._begin()
            return self.describe(short=True)

    def report(self, since: dict | None = None) -> dict | None:
        """Return what the worker saw since the cursor of an earlier report."""
        with self._lock:
            worker = self._worker
            before = since if worker and since and since["worker"] == worker.process.pid else {}
            seen = {"connections": before.get("connections", 0), "printed": before.get("printed", 0)}
            report = worker and worker.ask(2, do="report", **seen)
            if worker and not report:
                self.facts += self._obituary("The next cell starts it again; os._exit() in a handler does this.")
            if not report:
                return None
            pid = worker.process.pid
            cursor = {"worker": pid, "connections": report["count"], "printed": report["print_count"]}
            return {**report, "worker": pid, "cursor": cursor}

    def connections(self) -> list[dict]:
        """Return every connection that the worker still remembers, oldest first."""
        report = self.report() if self.running else None
        return report["connections"] if report else []

    def record(self, on: bool) -> None:
        """Turn the recording of connections on or off, for this worker and those that follow."""
        with self._lock:
            self._recording = on
            if self.running:
                self._worker.ask(2, do="record", on=on)

    @property
    def trouble(self) -> dict | None:
        """Why the project cannot be imported (name, message, lines), or None."""
        return self._trouble

    def release(self, notebook: str) -> bool:
        """Give the port to another notebook of the same folder; return False if this one is starting a worker now."""
        if not self._lock.acquire(timeout=BUSY):
            return False
        try:
            self._end()
            self._taken_by = notebook
        finally:
            self._lock.release()
        return True

    @property
    def state(self) -> State:
        if self._stopped:
            return State.STOPPED
        return State.SERVING if self.started else State.OFF

    def serve(self) -> str:
        """Serve the code that is on disk; return the sentences about it."""
        if self._stopped:
            return "The server is stopped: server.start() runs the new code."
        return self.reload()

    def describe(self, short: bool = False) -> str:
        """Return whether it serves the project, and if not, why, in sentences."""
        if not self.running:
            return "The server is not running."
        if self._trouble:
            line = self._trouble["lines"][-1] if self._trouble["lines"] else None
            place = f"\n{line['path']}, line {line['line']}:\n    {line['code']}" if line else ""
            return (
                f"The server cannot run this code. {self._trouble['name']}: {self._trouble['message']}{place}\n"
                "Correct it and save again: the server comes back with it."
            )
        return "The server runs the new code." if short else f"The server is ready at http://localhost:{self.port}/"

    # How.

    def _obituary(self, ending: str) -> list[str]:
        """Return the news that the worker has died, once."""
        if self._worker is None or self._worker is self._mourned or not self._worker.ended():
            return []
        self._mourned = self._worker
        return [f"The server has died (exit status {self._worker.process.returncode}). {ending}"]

    def _begin(self) -> None:
        """Put a worker with the code on disk in the place of the one that serves, if one does."""
        self._wanted, self._stopped = True, False
        try:
            self._swap()
        except BaseException as error:  # an interrupted cell, too, leaves nothing half started
            self._end()
            if isinstance(error, TutorialError):  # not again before every cell
                self._wanted, self._options = False, {}
            raise

    def _swap(self) -> None:
        make(STATE)
        if not self._sockets:
            self._bind()
        self._remember()
        self._retire()
        self._log_start = self._log_path.stat().st_size if self._log_path.exists() else 0
        self._served = fingerprint()
        answer = None
        for _ in range(2):  # with the spare; with a new process where it is dead, or stale
            with uninterrupted():
                process, self._spare = self._spare, None
                if process is None or not process.alive:
                    process = Process(self._sockets, self._log_path)
                self._worker = process
            answer = process.go(self._options, self._recording)
            if answer and not answer.get("stale"):
                break
            stuck = answer is None and process.alive
            process.kill()  # it has the listening sockets, too
            if stuck:
                break  # it has had its time
        if not answer or not answer.get("ready"):
            raise TutorialError(f"The server did not start. {self._last_words((answer or {}).get('stuck'))}")
        self._trouble = answer["trouble"]
        self._taken_by = None
        # Not at once: while a new process starts, the first client would have to share the processors with it.
        timer = threading.Timer(BREATH, self._prepare)
        timer.daemon = True
        timer.start()

    def _last_words(self, stuck: dict | None) -> str:
        """Return what a worker that did not start had to say, or where it is stuck."""
        if stuck:
            return f"This line never ends: {stuck['path']}, line {stuck['line']}:\n    {stuck['code']}"
        said = self.log.strip().splitlines()
        if not said:
            return "It said nothing: is there a line that never ends?"
        if said[-1].endswith(WAITING):
            return "It waits for lifespan.startup.complete, and your application does not send it."
        return said[-1]

    def _prepare(self) -> None:
        """Start the spare of the worker that serves."""
        with self._lock:
            if self.running and self._spare is None:
                self._spare = Process(self._sockets, self._log_path)

    @uninterrupted()
    def _retire(self, last: bool = False) -> None:
        """Make the serving worker accept no more; it closes what is open by itself.

        The `last` one is waited for, so that the log has its farewell.
        """
        worker, self._worker = self._worker, None
        if worker is None or not worker.alive:
            return
        answer = worker.ask(WORD, do="retire", quiet=not last)
        if answer is None:
            worker.kill()
            return
        if answer["open"]:
            many = f"{answer['open']} open connections were" if answer["open"] > 1 else "An open connection was"
            why = "the server stopped" if last else "the handler changed"
            self.facts.append(f"{many} closed with code 1012, for {why}.")
        burial = threading.Thread(target=self._bury, args=(worker,), daemon=True)
        burial.start()
        if last:
            burial.join()

    @staticmethod
    def _bury(worker: Process) -> None:
        try:
            worker.process.wait(3)
        except subprocess.TimeoutExpired:
            worker.kill()

    @uninterrupted()
    def _end(self) -> None:
        self._retire(last=True)
        if self._spare is not None:
            self._spare.kill()
            self._spare = None
        for listener in self._sockets:
            listener.close()
        self._sockets = []
        self._taken_by = self._trouble = None
        handover.close()

    @property
    def _log_path(self) -> Path:
        return STATE / "server.log"

    def _bind(self) -> None:
        """Listen on port 8000 of both loopback addresses, or on the next port that nobody has."""
        before = handover.take_over(self)
        if before:
            self.facts.append(f"The server on port {before['port']} moves here from {before['notebook']}.")
        wanted = sockets.remembered()
        self._sockets = sockets.claim(wanted)
        self.port = self._sockets[0].getsockname()[1]
        if self.port != wanted:
            self.facts.append(f"Port {wanted} is taken by another program. This course uses {self.port} from now on.")

    def _remember(self) -> None:
        """Note the port and that this notebook has it; again, where somebody deleted or spoiled the notes."""
        sockets.remember(self.port)
        handover.open(self)
