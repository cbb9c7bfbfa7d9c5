"""What an exercise is: the parts that a lesson's file fills in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .visit import Visit

HANDLER, ASGI = "websocket_app/websocket.py", "websocket_app/asgi.py"


@dataclass(frozen=True)
class Exercise:
    """One exercise of a lesson.

    `check` visits the learner's server and calls `Visit.expect` and its like; the first step that is not as it must be
    ends it. `mistake` recognises, by what came, the likely mistake behind such a step.
    """

    number: str  # "4.1"
    title: str
    starter: str  # what the cell in the notebook holds
    solution: str
    hints: tuple[str, ...]  # each one level deeper
    check: Callable[[Visit], Awaitable[None]]
    mistake: Callable[[Visit], str | None]
    path: str | None = HANDLER  # the file to write; None for an exercise that is done with a client
    fresh: bool = False  # whether the check needs a server that nobody has visited yet
    attempt: Callable[[object], str | None] | None = None  # without a path: what the learner did, None for nothing

    @property
    def lesson(self) -> int:
        return int(self.number.partition(".")[0])
