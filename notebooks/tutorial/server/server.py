"""The server beside the notebook: uvicorn in a process of its own, on this machine's loopback only."""

import enum
import json
import threading

from ..disk.files import fingerprint
from ..disk.project import TutorialError
from . import serving
from .serving import BREATH, CORRECT, DidNotStart, Serving, place

TURN = 2.0  # seconds that another notebook waits while this one starts a worker
ASK = 1.5  # seconds a worker has to report: a handler may keep the processor from it
OURS = {"app", "fd", "host", "port", "reload", "uds", "workers"}  # options of uvicorn that the course decides


class State(enum.Enum):
    """Where a server stands, and what each event makes of it (`-`: nothing).

    |             | start, restart | save      | a cell begins       | url          | another notebook |
    | ----------- | -------------- | --------- | ------------------- | ------------ | ---------------- |
    | OFF         | SERVING        | SERVING   | -                   | an error     | -                |
    | STOPPED     | SERVING        | -         | -                   | an error     | -                |
    | SERVING     | SERVING        | SERVING   | SERVING, if changed | as a cell    | AWAY             |
    | DEAD        | SERVING        | SERVING   | SERVING             | as a cell    | AWAY             |
    | AWAY        | SERVING        | SERVING   | -                   | SERVING      | -                |
    | INTERRUPTED | SERVING        | SERVING   | -                   | SERVING      | -                |

    stop() makes STOPPED of every state but OFF. A start that fails ends in OFF, one that Ctrl+C ends in INTERRUPTED.
    """

    OFF = "never started, or the last start failed"
    STOPPED = "stopped by the learner: a save does not start it"
    SERVING = "a worker serves, the project or the reason why it cannot"
    DEAD = "the worker has ended by itself"
    AWAY = "another notebook has it"
    INTERRUPTED = "the learner stopped a start"


class Server:
    """uvicorn serving `websocket_app.asgi:application` in the background.

    `start()`, `stop()`, `restart()`, `url` (ws://…), `http_url` (http://…) and `log` (what uvicorn printed).
    """

    def __init__(self) -> None:
        self.state = State.OFF
        self.why = ""  # what led to OFF, or the notebook that has it in AWAY
        self.facts: list[str] = []  # what the learner must know, in sentences; it only grows
        self._lock = threading.RLock()
        self._options: dict = {}
        self._serving = Serving(self.facts)

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
                    f"server.start({name}=…) takes text, a number, True, False or None, and lists of these, because "
                    f"it goes to another process. {type(value).__name__} is none of them."
                ) from None
        with self._lock:
            self._notice()
            if self.state is not State.SERVING or options != self._options:
                self._options = options
                self._begin()
            print(f"$ {self.command}")
            print(self.describe())

    def stop(self) -> None:
        """Stop uvicorn and give the port back."""
        with self._lock:
            self._notice()
            serving = self.state is State.SERVING
            self._serving.end()
            self.why = ""
            self.state = self.state if self.state is State.OFF else State.STOPPED
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
        self.current()
        return f"http://localhost:{self.port}/"

    @property
    def log(self) -> str:
        """What uvicorn and the handlers printed since the code last changed; of very much, the end."""
        return serving.log()

    def __repr__(self) -> str:
        return f"<server: {self.describe()}>"

    # What the other parts of the helper use.

    @property
    def port(self) -> int | None:
        return self._serving.port

    @property
    def command(self) -> str:
        """The same server as one would start it on the command line."""
        words = ["uvicorn", "websocket_app.asgi:application"]
        if self.port not in (None, 8000):
            words += ["--port", str(self.port)]
        for name, value in self._options.items():
            words += [f"--{name.replace('_', '-')}", str(value).lower() if isinstance(value, bool) else str(value)]
        return " ".join(words)

    @property
    def trouble(self) -> dict | None:
        """Why the project cannot run, see `worker.load.explain`; None if it can, or if nothing is served."""
        return self._worker.trouble if self._worker else None

    def describe(self, short: bool = False) -> str:
        """Return whether it serves the project, and if not, why, in sentences."""
        if self.state is not State.SERVING or not self._worker.alive:
            return "The server is not running."
        if self.trouble:
            line = self.trouble["lines"][-1] if self.trouble["lines"] else None
            what = [f"The server cannot run this code. {self.trouble['name']}: {self.trouble['message']}"]
            what += [place(line)] if line else []
            return "\n".join([*what, *filter(None, [self.trouble["more"]]), CORRECT])
        return "The server runs the new code." if short else f"The server is ready at http://localhost:{self.port}/"

    def current(self) -> None:
        """Make sure that the server is up and runs the code on disk; raise TutorialError if it was never started."""
        with self._lock:
            died = self._notice()
            match self.state:
                case State.OFF | State.STOPPED:
                    start = "The server is not running. Start it in a cell of its own: server.start()"
                    raise TutorialError(self.why or start)
                case State.AWAY:
                    news = f"The server comes back from {self.why} to this notebook."
                case State.INTERRUPTED:
                    news = "The last cell was stopped before the server was ready. It is running now."
                case State.DEAD:
                    news = f"{died} It is running again." if died else "The server is running again."
                case State.SERVING if self._worker.served == fingerprint():
                    return
                case _:
                    news = "websocket_app/ was changed elsewhere."
            changed = self.state is State.SERVING
            self._begin()
            self.facts.append(f"{news} {self.describe(short=True)}" if changed else news)

    def refresh(self) -> None:
        """The same, quietly: for every cell, whether it uses the server or not.

        A start that the learner interrupted is left to the cell that needs the server: it may take as long again.
        """
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
            if visited or self.state is not State.SERVING or self._worker.served != fingerprint():
                self._begin()

    def report(self, since: dict | None = None) -> dict | None:
        """Return what the worker has seen after the `cursor` of an earlier report; None where no worker answers.

        The keys are those of `worker.report.Reporter.report`, and `worker`, its number, and `cursor`. A worker that
        cannot answer, because a call of C holds its interpreter, is reported with no connections and `stuck`.
        """
        with self._lock:
            worker = self._worker
            died = self._notice()
            if self.state is not State.SERVING:
                self.facts += [f"{died} The next cell starts it again."] if died else []
                return None
            since = since if since and since["worker"] == worker.number else {"connections": 0, "printed": 0}
            after = {"connections": since["connections"], "printed": since["printed"]}
            report = worker.link.ask(ASK, do="report", **after)
            if report is None:
                died = self._notice()
                self.facts += [f"{died} The next cell starts it again."] if died else []
                stuck = None if died else worker.stuck()
                if stuck is None:
                    return None
                report = {"count": after["connections"], "print_count": after["printed"], "stuck": stuck}
                report |= {"connections": [], "printed": [], "forgotten": 0}
            cursor = {"connections": report["count"], "printed": report["print_count"]}
            return {**report, "worker": worker.number, "cursor": {"worker": worker.number, **cursor}}

    def connections(self) -> list[dict]:
        """Return every connection that the worker still remembers, oldest first."""
        report = self.report()
        return report["connections"] if report else []

    def release(self, notebook: str) -> bool:
        """Give the port to another notebook of the same folder; return False if this one is starting a worker now."""
        if not self._lock.acquire(timeout=TURN):
            return False
        try:
            self._serving.end()
            self.state, self.why = State.AWAY, notebook
        finally:
            self._lock.release()
        return True

    # How.

    @property
    def _worker(self):
        return self._serving.worker

    def _notice(self) -> str:
        """Return how the worker ended by itself, as a sentence, the first time that this is noticed."""
        if self.state is not State.SERVING or self._worker.alive:
            return ""
        self.state = State.DEAD
        return f"The server {self._worker.ended()}."

    def _begin(self) -> None:
        """Replace the serving worker, if any, with one that runs the code on disk."""
        self.why = ""
        try:
            self._serving.swap(self, self._options)
        except BaseException as error:  # an interrupted cell, too, leaves nothing half started
            self._serving.end()
            self.state = State.INTERRUPTED
            if isinstance(error, TutorialError):  # not again before every cell
                self.state, self._options = State.OFF, {}
                self.why = str(error) if isinstance(error, DidNotStart) else ""
            raise
        self.state = State.SERVING
        timer = threading.Timer(BREATH, self._prepare)
        timer.daemon = True
        timer.start()

    def _prepare(self) -> None:
        with self._lock:
            if self.state is State.SERVING:
                self._serving.prepare()
