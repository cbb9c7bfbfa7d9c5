"""One folder, one server: it follows the notebook that used it last, and the port with it.

The notebook that has the server keeps a small door on the loopback, named in `.course/server.json` with a
password. Another notebook of the same folder knocks there to get the port. Where files have modes, only this user can
read the password.
"""

import contextlib
import json
import os
import secrets
import socket
import threading

from ..disk.files import contents, write
from ..disk.project import ROOT, STATE, TutorialError

PATIENCE = 5.0  # seconds
PLACE = STATE / "server.json"

_door: socket.socket | None = None
_named = b""


def notebook() -> str:
    """Return the name of this kernel's notebook, as Jupyter tells it to the kernel."""
    name = os.path.basename(os.environ.get("JPY_SESSION_NAME", ""))
    return name if name.endswith(".ipynb") else "another notebook"


def open(server) -> None:
    """Name this notebook as the one that has the server."""
    global _door, _named
    if _door is not None and contents(PLACE) == _named:
        return
    close()
    _door = socket.create_server(("127.0.0.1", 0))
    password = secrets.token_hex(16)
    place = {"door": _door.getsockname()[1], "password": password, "port": server.port, "notebook": notebook()}
    # A copy of this folder, with this file in it, is another course: it must not knock here.
    _named = json.dumps({**place, "folder": str(ROOT)}).encode()
    write(PLACE, _named, mode=0o600)
    threading.Thread(target=_answer, args=(_door, password, server), daemon=True).start()


def close() -> None:
    """Take the name off and wake the thread at the door, for closing a socket does not everywhere."""
    global _door
    if _door is None:
        return
    door, _door = _door, None
    if contents(PLACE) == _named:  # and not the name of a notebook that has the server by now
        with contextlib.suppress(OSError):
            PLACE.unlink()
    with contextlib.suppress(OSError):
        socket.create_connection(door.getsockname(), timeout=PATIENCE).close()
    door.close()


def _answer(door: socket.socket, password: str, server) -> None:
    while True:
        try:
            caller, _ = door.accept()
        except OSError:
            return  # closed
        with caller:
            if door is not _door:
                return
            try:
                caller.settimeout(PATIENCE)
                # Any program of this machine may knock, with any bytes.
                said, _, name = (
                    caller.makefile(errors="replace", encoding="utf-8").readline(1000).strip().partition(" ")
                )
                if secrets.compare_digest(said.encode(), password.encode()):
                    released = server.release(name)
                    caller.sendall(b"ok\n" if released else b"busy\n")
                    if released:
                        return
            except OSError:
                pass


def take_over(server) -> dict | None:
    """Ask the notebook that has the server to let go; return where it was, or None if there is none.

    Raises TutorialError if that notebook is in the middle of starting it.
    """
    try:
        place = json.loads(PLACE.read_text())
        if place["folder"] != str(ROOT):
            return None
        with socket.create_connection(("127.0.0.1", place["door"]), timeout=PATIENCE) as door:
            door.sendall(f"{place['password']} {notebook()}\n".encode())
            answer = door.makefile().readline()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if answer == "busy\n":
        raise TutorialError(f"{place['notebook']} is starting the server. Let its cell end, then run this one again.")
    return place if answer == "ok\n" else None
