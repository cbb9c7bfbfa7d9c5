"""What is measured, and the figures that come out."""

from dataclasses import dataclass
from typing import NamedTuple

CHANNELS = "Channels on daphne"
CHANNELS_RUNSERVER = "Channels, daphne's `runserver`"
COURSE_EDIT = "this course"
COURSE_AGAIN = "this course, right after another save"
RELOAD = "`uvicorn --reload`"
RESPAWN = "kill and respawn `python -m uvicorn`"
THIRTEEN_LINES = "the 13 lines of lesson 4, same uvicorn and flags"
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

    rounds: int  # each with servers of its own
    turns: int  # of ping and pong in a round, short: a core shared with others changes its speed within seconds
    seconds: float  # of ping and pong with 64 clients, in each turn
    idle: int  # connections, once in a round
    edits: int  # in a round
    rounds_of_rooms: int  # each with servers of its own
    members: int  # of a room, who hear what one says
    said: int  # to them in a round
    readers: int  # beside those that stop reading
    stalled: float  # seconds that the readers are looked at
    joins: int  # once in a round
    messages: int  # that pass meanwhile
    learners: int  # of a class on one machine, once


FULL = Effort(
    rounds=5,
    turns=12,
    seconds=0.3,
    idle=5000,
    edits=4,
    rounds_of_rooms=3,
    members=1000,
    said=20,
    readers=500,
    stalled=20,
    joins=1000,
    messages=3000,
    learners=30,
)
QUICK = Effort(
    rounds=1,
    turns=1,
    seconds=0.2,
    idle=200,
    edits=1,
    rounds_of_rooms=1,
    members=100,
    said=20,
    readers=50,
    stalled=12,
    joins=50,
    messages=150,
    learners=2,
)
