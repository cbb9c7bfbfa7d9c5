"""One folder, one server: it follows the notebook that used it last, and the port with it.

The notebook that has the server keeps a small door on the loopback, named in `.course/server.json` with a key.
Another notebook of the same folder knocks there to get the port. Where files have modes, only this user can read
the key. It is never sent: each side proves that it has it, the door first, because after a kernel was killed anybody
may have the door's old port. What is said, a line each:

    caller: number of the caller
    door:   number of the door, proof of the door
    caller: proof of the caller, its notebook
    door:   ok, or busy
"""

import atexit
import contextlib
import hmac
import json
import os
import secrets
import socket
import threading
import time

from ..disk.files import contents, write
from ..disk.project import ROOT, STATE, TutorialError

KNOCK = 2.0  # seconds for the proofs
RELEASE = 10.0  # seconds for the other notebook to let go, once it has proven that it is there
LINE, NUMBER = 1000, 16  # bytes of a line, of a number
PLACE = STATE / "server.json"

_door: socket.socket | None = None
_named = b""


def notebook() -> str:
    """Return the name of this kernel's notebook, as Jupyter tells it to the kernel."""
    name = os.path.basename(os.environ.get("JPY_SESSION_NAME", ""))
    return name if name.endswith(".ipynb") else "another notebook"


def proof(key: str, *said: str) -> str:
    return hmac.digest(key.encode(), " ".join(said).encode(), "sha256").hex()


class Line:
    """A connection on which whole lines pass, all of them before one deadline. Raises OSError otherwise."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self.connection, self.deadline = connection, time.monotonic() + seconds

    def say(self, *words: str) -> None:
        self.connection.settimeout(self.left())
        self.connection.sendall(" ".join(words).encode() + b"\n")

    def hear(self, parts: int) -> list[str]:
        """Return the next line as so many words, the last of which may have spaces."""
        line = b""
        while not line.endswith(b"\n"):
            self.connection.settimeout(self.left())
            byte = self.connection.recv(1)
            if not byte or len(line) > LINE:
                raise ConnectionError("no whole line")
            line += byte
        words = line.decode(errors="replace").strip().split(" ", parts - 1)
        return words + [""] * (parts - len(words))

    def left(self) -> float:
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


def open(server) -> None:
    """Name this notebook as the one that has the server."""
    global _door, _named
    if _door is not None and contents(PLACE) == _named:
        return
    close()
    _door = socket.create_server(("127.0.0.1", 0))
    key = secrets.token_hex(32)
    place = {"door": _door.getsockname()[1], "key": key, "port": server.port, "notebook": notebook()}
    # A copy of this folder, with this file in it, is another course: it must not knock here.
    _named = json.dumps({**place, "folder": str(ROOT)}).encode()
    write(PLACE, _named, mode=0o600)
    threading.Thread(target=_attend, args=(_door, key, server), daemon=True).start()


def close() -> None:
    """Take the name off and wake the thread at the door, because closing a socket does not everywhere."""
    global _door
    if _door is None:
        return
    door, _door = _door, None
    if contents(PLACE) == _named:  # and not the name of a notebook that has the server by now
        with contextlib.suppress(OSError):
            PLACE.unlink()
    with contextlib.suppress(OSError):
        socket.create_connection(door.getsockname(), timeout=KNOCK).close()
    door.close()


atexit.register(close)


def _attend(door: socket.socket, key: str, server) -> None:
    """Answer each caller in a thread of its own, so that none can hold up another."""
    while door is _door:
        with contextlib.suppress(OSError, RuntimeError):  # closed; or more callers than there can be threads
            caller, _ = door.accept()
            threading.Thread(target=_answer, args=(caller, key, server), daemon=True).start()


def _answer(caller: socket.socket, key: str, server) -> None:
    with caller, contextlib.suppress(OSError, ValueError):  # any program of this machine may knock, with any bytes
        line, mine = Line(caller, KNOCK), secrets.token_hex(NUMBER)
        (theirs,) = line.hear(1)
        if len(bytes.fromhex(theirs)) != NUMBER:
            return
        line.say(mine, proof(key, "door", theirs, mine))
        proven, name = line.hear(2)
        if hmac.compare_digest(proven.encode(), proof(key, "caller", theirs, mine).encode()):
            released = server.release(name)
            Line(caller, KNOCK).say("ok" if released else "busy")


def take_over(server) -> dict | None:
    """Ask the notebook that has the server to let go; return where it was, or None if there is none.

    Raises TutorialError if that notebook is in the middle of starting it, or does not let go.
    """
    try:
        place = json.loads(PLACE.read_text())
        if place["folder"] != str(ROOT):
            return None
        door, key, other = place["door"], place["key"], place["notebook"]
        with socket.create_connection(("127.0.0.1", door), timeout=KNOCK) as connection:
            line, mine = Line(connection, KNOCK), secrets.token_hex(NUMBER)
            line.say(mine)
            theirs, proven = line.hear(2)
            if not hmac.compare_digest(proven.encode(), proof(key, "door", mine, theirs).encode()):
                return None
            line.say(proof(key, "caller", mine, theirs), notebook())
            return _released(connection, place, other)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def _released(connection: socket.socket, place: dict, other: str) -> dict:
    """Wait for the answer of a door that has proven itself: a second server must not start meanwhile."""
    try:
        answer = Line(connection, RELEASE).hear(1)[0]
    except TimeoutError:
        answer = ""
    if answer == "ok":
        return place
    if answer == "busy":
        raise TutorialError(f"{other} is starting the server. Let its cell end, then run this one again.")
    raise TutorialError(f"{other} has the server and does not let go. Stop its cell, then run this one again.")
