"""A worker, seen from the kernel."""

import contextlib
import itertools
import os
import signal

from ..disk import system
from .link import SLICE, Link

ASK = 1.5  # seconds a worker has to report: a handler may keep the processor from it


class Worker:
    """A process that serves the code which is on disk when it is told to go."""

    numbers = itertools.count(1)

    def __init__(self, link: Link, pid: int | None, spare) -> None:
        self.number, self.link, self.pid, self.spare = next(self.numbers), link, pid, spare
        self.served = ""  # fingerprint of the code
        self.trouble: dict | None = None  # why the project cannot be imported: name, message, lines, more
        self.status: int | None = None

    @property
    def alive(self) -> bool:
        return not self.link.closed()

    def go(self, options: dict) -> tuple[dict | None, dict | None]:
        """Serve; return the answer, or None and the project's line at which the start does not go on, if any."""
        self.link.send(do="go", options=options)
        return self.spare.patient(self.link, self.pid)

    def report(self, since: dict | None) -> dict | None:
        """Return what it has seen after the `cursor` of an earlier report; None if it does not answer.

        The keys are those of `worker.report.Reporter.report`, and `worker`, its number, and `cursor`. One that cannot
        answer because a call of C holds its interpreter is reported with no connections, and with `stuck`.
        """
        since = since if since and since["worker"] == self.number else {"connections": 0, "printed": 0}
        seen, told = since["connections"], since["printed"]
        report = self.link.ask(ASK, do="report", connections=seen, printed=told)
        if report is None:
            stuck = self.stuck() if self.alive else None
            if stuck is None:
                return None
            report = {"count": seen, "print_count": told, "stuck": stuck}
            report |= {"connections": [], "printed": [], "forgotten": 0}
        cursor = {"worker": self.number, "connections": report["count"], "printed": report["print_count"]}
        return {**report, "worker": self.number, "cursor": cursor}

    def stuck(self) -> dict | None:
        """Return the line of the project at which a worker that does not answer stands still."""
        first = self.spare.where(self.pid)
        if first is None or self.link.answer(SLICE):
            return None
        return first if self.spare.where(self.pid) == first else None

    def ended(self) -> str:
        """Return how a worker that has ended did so, as the end of a sentence."""
        self.kill()
        if self.status is None:
            return "ended"
        if self.status < 0:
            return f"was killed by {signal.Signals(-self.status).name}"
        return f"ended with exit status {self.status}; os._exit() in a handler does this"

    def leave(self, seconds: float) -> None:
        """Wait until it has ended by itself; end it after so many seconds."""
        self.link.gone.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End it, if it has not ended, and keep its exit status."""
        self.status = None if self.alive else self.spare.status(self.pid)
        # A process whose parent has ended is nobody's to name: its number may be another's by now.
        if self.status is None and self.pid is not None and (self.alive or self.spare.process.poll() is None):
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGTERM if system.WINDOWS else signal.SIGKILL)
            self.status = self.spare.status(self.pid)
