"""What a check compares: messages, and what may come in place of one."""

from collections.abc import Iterator
from dataclasses import dataclass

from websockets.exceptions import ConnectionClosed

from ..record.story import PHRASES


@dataclass(frozen=True)
class Came:
    """What comes in place of a message; `code` is a close code, or the status of an HTTP answer."""

    words: str
    code: int | None = None

    def __str__(self) -> str:
        return self.words


NOTHING, ANYTHING, ACCEPTED = Came("nothing"), Came("any answer"), Came("accepted")
DROPPED, NO_EXCEPTION = Came("the connection dropped", 1006), Came("no exception")


def closed(code: int) -> Came:
    """Return how a connection ends with this close code; 1006 says that there was no close frame."""
    return DROPPED if code == 1006 else Came(f"closed with code {code}", code)


def status(code: int) -> Came:
    """Return an HTTP answer with this status."""
    return Came(f"{code} {PHRASES.get(str(code), '')}".rstrip(), code)


def fits(came: object, expected: object) -> bool:
    """Tell whether this was expected, alone or in a tuple; ANYTHING is neither silence nor the end of a connection."""
    if expected is ANYTHING:
        return came is not NOTHING and (getattr(came, "code", None) or 0) < 1000
    return came in expected if isinstance(expected, tuple) else came == expected


def entries(visit, kind: str) -> list[dict]:
    """Return what was recorded of one kind, such as "raise" or "print", of all clients of a visit."""
    return [entry for each in visit.record for entry in each["entries"] if entry["kind"] == kind]


def exceptions(visit) -> Iterator[Came]:
    """Yield those that have left the project, and those that its errors.py, of lesson 7, has written into the log."""
    for entry in (e for each in visit.record if each["agent"] not in visit.excused for e in each["entries"]):
        if entry["kind"] == "raise":
            yield Came(entry["name"])
        if entry["kind"] == "print" and entry.get("path") == "websocket_app/errors.py":
            yield Came(entry["text"], 1011)


def ending(error: ConnectionClosed) -> Came:
    """Return how a connection has ended, as its client sees it."""
    return DROPPED if error.rcvd is None else closed(error.rcvd.code)
