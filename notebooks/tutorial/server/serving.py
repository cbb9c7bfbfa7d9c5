"""What stands behind the server: the listening sockets, the spare and the worker that serves.

The kernel holds the sockets and lends them to one worker after the other, so the port stays the same and no
connection is refused while code changes.
"""

import os
import socket
import threading

from ..disk.files import contents, fingerprint, make, unwritable
from ..disk.project import STATE, TutorialError
from ..record.raised import place
from . import handover, sockets
from .link import uninterrupted
from .process import Worker
from .spare import Spare

LOG = STATE / "server.log"
WORD = 0.4  # seconds a worker has for a word that needs no work; one that is stuck in a loop is killed then
LEAVE = 3.0  # seconds a worker has to close its connections and to end
BREATH = 0.1  # seconds until the next worker is prepared, so that it does not slow the first client
WAITING = "Waiting for application startup."  # uvicorn's words
CORRECT = "Correct it and save again: the server comes back with it."


class DidNotStart(TutorialError):
    """Why no worker serves, in sentences."""


class Serving:
    """The sockets and processes of one server; `facts` is where it says what the learner must know."""

    def __init__(self, facts: list[str]) -> None:
        self.facts = facts
        self.port: int | None = None
        self.sockets: list[socket.socket] = []
        self.spare: Spare | None = None
        self.worker: Worker | None = None

    def swap(self, server, options: dict) -> None:
        """Replace the serving worker, if any, with one that runs the code on disk.

        Raises DidNotStart, or TutorialError if the state folder cannot be written or another notebook is starting.
        """
        make(STATE)
        if not self.sockets:
            self.bind(server)
        sockets.remember(self.port)  # again, where somebody deleted or spoiled the notes
        handover.keep(server)
        served = fingerprint()  # before anything is read: what changes meanwhile is seen by the next cell
        usable = self.spare is not None and self.spare.usable()
        self.retire("the handler changed", wait=not usable)
        if not usable:
            self.end_spare()
        try:
            os.close(os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        except OSError as error:
            raise unwritable(LOG, error) from None
        with uninterrupted():
            self.spare = self.spare or Spare(self.sockets, LOG)
        line = self.spare.load()
        if not self.spare.loaded:
            raise self.failure(line)
        self.worker = worker = self.spare.worker()
        if worker.pid is None:  # the spare was killed at this moment: again, with a new one
            self.worker = None
            self.end_spare()
            return self.swap(server, options)
        worker.served = served
        answer, line = worker.go(options)
        if answer is None or "ready" not in answer:
            raise self.failure(line, (answer or {}).get("refused") or ("" if worker.alive else f"It {worker.ended()}."))
        worker.trouble = answer["trouble"]
        self.facts += [answer["hidden"]] if answer["hidden"] else []

    def failure(self, line: dict | None, why: str = "") -> DidNotStart:
        """Return what is known of a start that did not succeed."""
        said = log().strip().splitlines()
        if line:
            why = f"This line never ends: {place(line)}\n{CORRECT}"
        elif said and said[-1].endswith(WAITING):
            why = f"{why} It waits for lifespan.startup.complete, and your application does not send it.".lstrip()
        elif not why:
            why = said[-1] if said else "It said nothing: is there a line that never ends?"
        return DidNotStart(f"The server did not start. {why}")

    def prepare(self) -> None:
        """Prepare the next worker; where there is no fork, that takes a new spare."""
        if self.spare.used:
            self.spare = Spare(self.sockets, LOG)
        self.spare.prepare()

    @uninterrupted()
    def retire(self, why: str, wait: bool = False) -> None:
        """Make the serving worker accept no more; it closes what is open by itself, because of `why`.

        With `wait` it has ended then, and the log has its farewell.
        """
        worker, self.worker = self.worker, None
        if worker is None or not worker.alive:
            return
        answer = worker.link.ask(WORD, do="retire", quiet=not wait)
        if answer is None:
            worker.kill()
            return
        if answer["open"]:
            many = f"{answer['open']} open connections were" if answer["open"] > 1 else "An open connection was"
            self.facts.append(f"{many} closed with code 1012, because {why}.")
        leaving = threading.Thread(target=worker.leave, args=(LEAVE,), daemon=True)
        leaving.start()
        if wait:
            leaving.join()

    def end_spare(self) -> None:
        spare, self.spare = self.spare, None
        if spare is not None:
            spare.close()

    @uninterrupted()
    def end(self) -> None:
        """End every process and give the port back."""
        self.retire("the server stopped", wait=True)
        self.end_spare()
        for listener in self.sockets:
            listener.close()
        self.sockets = []
        handover.close()

    def bind(self, server) -> None:
        """Listen on port 8000 of both loopback addresses, or on the next port that nobody has."""
        before = handover.take_over(server)
        if before:
            self.facts.append(f"The server on port {before['port']} moves here from {before['notebook']}.")
        wanted = sockets.remembered()
        self.sockets = sockets.claim(wanted)
        self.port = self.sockets[0].getsockname()[1]
        if self.port != wanted:
            self.facts.append(f"Port {wanted} is taken by another program. This course uses {self.port} from now on.")


def log() -> str:
    """Return what uvicorn and the handlers printed since the last start or save; of very much, the end."""
    return (contents(LOG) or b"").decode(errors="replace")


def refusal(trouble: dict) -> str:
    """Return in sentences why the project cannot run; `trouble` is what `worker.load.explain` returns."""
    what = [f"The server cannot run this code. {trouble['name']}: {trouble['message']}"]
    return "\n".join([*what, *map(place, trouble["lines"][-1:]), *filter(None, [trouble["more"]]), CORRECT])
