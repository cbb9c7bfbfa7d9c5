"""What is measured, and the figures that come out."""

from dataclasses import dataclass
from typing import NamedTuple

CHANNELS = "Channels on daphne"
CHANNELS_RUNSERVER = "Channels, daphne's `runserver`"
COURSE_EDIT = "this course"
RELOAD = "`uvicorn --reload`"
THIS_APPLICATION = "this application on uvicorn"
WEBSOCKETS = "plain `websockets.serve`"
WEBSOCKETS_UVLOOP = "`websockets.serve` on uvloop"


@dataclass(frozen=True)
class Measure:
    """A column of the table: every peer as a ratio to the peer `base` in the same round.

    With `inverse` the figure is a time, and the ratio says how many times as fast.
    """

    title: str
    unit: str
    base: str = CHANNELS
    inverse: bool = False


class Figure(NamedTuple):
    """One value of one peer, in the unit of its measure."""

    measure: Measure
    peer: str
    value: float


@dataclass(frozen=True)
class Effort:
    """How long to measure: full for README.md, quick to see that everything works."""

    rounds: int  # Many and short, so that what else the machine does falls on all alike.
    slow: int  # Every so many rounds also connections in crowds, and edits.
    edits: int  # in each slow round
    seconds: float  # of ping and pong with 64 clients, in each round
    idle: int  # connections


FULL = Effort(rounds=9, slow=2, edits=4, seconds=1.0, idle=5000)
QUICK = Effort(rounds=1, slow=1, edits=1, seconds=0.2, idle=200)
