"""The server beside the notebook: uvicorn in a process of its own, on this machine's loopback only."""

import contextlib
import threading

from ..disk.files import fingerprint
from ..disk.project import TutorialError
from . import serving
from .options import check, command
from .outside import page
from .serving import BREATH, DidNotStart, Serving, refusal
from .state import State

NOT_RUNNING = "The server is not running. Start it in a cell of its own: server.start()"
TURN = 0.5  # seconds until the wish of another notebook is looked at again while this one starts a worker


class Server:
    """uvicorn serving `websocket_app.asgi:application` in the background.

    `start()`, `stop()`, `restart()`, `url` (ws://…), `http_url`, `page` and `log` (what uvicorn printed).
    """

    def __init__(self) -> None:
        self.state = State.OFF
        self.why = ""  # what led to OFF, or the notebook that has it in AWAY
        self.facts: list[str] = []  # what the learner must know, in sentences; it only grows
        self._lock = threading.RLock()
        self.options: dict = {}
        self._serving = Serving(self.facts)

    def start(self, **options: object) -> None:
        """Start uvicorn and return when it accepts connections; options are uvicorn's, such as lifespan="on"."""
        check(options)
        with self._lock:
            self._notice()
            if self.state is not State.SERVING or options != self.options:
                self.options = options
                self._begin()
            print(f"$ {self.command}")
            print(self.describe())

    def stop(self) -> None:
        """Stop uvicorn and give the port back."""
        with self._lock:
            self._notice()
            serving = self.state is State.SERVING
            self._serving.end()
            self.why, self.state = "", self.state if self.state is State.OFF else State.STOPPED
            print("The server has stopped." if serving else "The server is not running.")

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
        return self.url.replace("ws", "http", 1)

    @property
    def page(self) -> str:
        """What a browser opens: `http_url`, or on a hub a path; raises TutorialError if it is stopped."""
        return self.url and page(self.port)

    @property
    def log(self) -> str:
        """What uvicorn and the handlers printed since the code last changed; of very much, the end."""
        return serving.log()

    def __repr__(self) -> str:
        return f"<server: {self.describe()}>"

    @property
    def port(self) -> int | None:
        return self._serving.port

    @property
    def command(self) -> str:
        """The same server as one would start it on the command line."""
        return command(self.port, self.options)

    @property
    def trouble(self) -> dict | None:
        """Why the project cannot run, see `worker.load.explain`; None if it can, or if nothing is served."""
        worker = self._serving.worker
        return worker.trouble if worker else None

    def describe(self, short: bool = False) -> str:
        """Return whether it serves the project, and if not, why, in sentences."""
        if self.state is not State.SERVING or not self._serving.worker.alive:
            return "The server is not running."
        if self.trouble:
            return refusal(self.trouble)
        return "The server runs the new code." if short else f"The server is ready at {page(self.port)}"

    def current(self) -> None:
        """Make sure that the server is up and runs the code on disk; raise TutorialError if it was never started."""
        with self._lock:
            died = self._notice()
            match self.state:
                case State.OFF | State.STOPPED:
                    raise TutorialError(self.why or NOT_RUNNING)
                case State.AWAY:
                    news = f"The server comes back from {self.why} to this notebook."
                case State.INTERRUPTED:
                    news = "The last cell was stopped before the server was ready. It is running now."
                case State.DEAD:
                    news = f"{died} It is running again." if died else "The server is running again."
                case State.SERVING if self._serving.worker.served == fingerprint():
                    return
                case _:
                    news = "websocket_app/ was changed elsewhere."
            changed = self.state is State.SERVING
            self._begin()
            self.facts.append(f"{news} {self.describe(short=True)}" if changed else news)

    def refresh(self) -> None:
        """Do the same before each cell; a start that was interrupted is left to the cell that needs the server."""
        if self.state in {State.SERVING, State.DEAD}:
            self.current()

    def serve(self) -> str:
        """Serve the code that is on disk now, unless the learner stopped the server; return the sentences about it."""
        with self._lock:
            if self.state is State.STOPPED:
                return "The server is stopped: server.start() runs the new code."
            self._begin()
            return self.describe(short=True)

    def fresh(self) -> None:
        """Serve the code that is on disk with a worker that nobody has visited."""
        with self._lock:
            visited = any(connection["type"] != "lifespan" for connection in self.connections())
            if visited or self.state is not State.SERVING or self._serving.worker.served != fingerprint():
                self._begin()

    def report(self, since: dict | None = None) -> dict | None:
        """Return what the worker has seen after the `cursor` of an earlier report; None where no worker answers.

        See `process.Worker.report`. It consumes nothing.
        """
        with self._lock:
            report = self._serving.worker.report(since) if self.state is State.SERVING else None
            if died := self._notice():
                self.facts.append(f"{died} The next cell starts it again.")
            return report

    def connections(self) -> list[dict]:
        """Return every connection that the worker still remembers, oldest first."""
        return (self.report() or {"connections": []})["connections"]

    def release(self, notebook: str) -> bool:
        """Give the port to another notebook of the same folder; return False if this one is starting a worker now."""
        if not self._lock.acquire(timeout=TURN):
            return False
        try:
            self._serving.end()
            self.state, self.why = State.AWAY, notebook
            return True
        finally:
            self._lock.release()

    def _notice(self) -> str:
        """Return how the worker ended by itself, as a sentence, the first time that this is noticed."""
        if self.state is not State.SERVING or self._serving.worker.alive:
            return ""
        self.state = State.DEAD
        return f"The server {self._serving.worker.ended()}."

    def _begin(self) -> None:
        """Replace the serving worker, if any, with one that runs the code on disk."""
        self.why = ""
        try:
            self._serving.swap(self, self.options)
        except BaseException as error:  # an interrupted cell, too, leaves nothing half started
            self._serving.end()
            self.state = State.INTERRUPTED
            if isinstance(error, TutorialError):  # not again before every cell
                self.state, self.options = State.OFF, {}
                self.why = str(error) if isinstance(error, DidNotStart) else ""
            raise
        self.state = State.SERVING
        timer = threading.Timer(BREATH, self._prepare)
        timer.daemon = True
        timer.start()

    def _prepare(self) -> None:
        with self._lock, contextlib.suppress(OSError):  # what fails here is tried again, and said, by the next save
            if self.state is State.SERVING:
                self._serving.prepare()
