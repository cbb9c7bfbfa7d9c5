"""One folder, one server: it follows the notebook that used it last, and the port with it.

The notebook that has the server holds a lock on `.course/server.lock`, which the system frees when that kernel ends,
however it ends. Another notebook of the same folder asks for the server with a file, `.course/wanted`, and waits for
the lock. Only the owner of the course may write in `.course/`, so nobody else can ask, or answer.
"""

import contextlib
import os
import threading
import time

from ..disk import system
from ..disk.files import contents, remove, unwritable, write
from ..disk.project import STATE, TutorialError

LOOK = 0.1  # seconds between two looks at what another notebook wants
RELEASE = 10.0  # seconds for the other notebook to let go: it may be in the middle of starting a worker
LOCK, NOTE, WANTED = STATE / "server.lock", STATE / "server.note", STATE / "wanted"

_lock = None  # the open file; None while another notebook has the server, or nobody


def notebook() -> str:
    """Return the name of this kernel's notebook, as Jupyter tells it to the kernel."""
    name = os.path.basename(os.environ.get("JPY_SESSION_NAME", ""))
    return name if name.endswith(".ipynb") else "another notebook"


def take_over(server) -> dict | None:
    """Get the lock, from the notebook that has it if there is one; return its `port` and `notebook`, or None.

    Raises TutorialError if that notebook does not let go.
    """
    with contextlib.suppress(OSError):
        os.chmod(STATE, 0o700)
    file, before = opened(), None
    try:
        if not system.lock(file):
            before, deadline = noted(), time.monotonic() + RELEASE
            while not system.lock(file):
                if time.monotonic() > deadline:
                    raise TutorialError(
                        f"{before['notebook']} has the server, or is starting it, and does not let go. Let its cell "
                        "end, or stop it, then run this one again."
                    )
                if contents(WANTED) is None:  # or another one that asked has got it
                    write(WANTED, notebook().encode(), mode=0o600)
                time.sleep(LOOK / 2)
    except BaseException:
        file.close()
        raise
    finally:
        with contextlib.suppress(TutorialError):
            remove(WANTED)
    hold(file, server)
    return before


def opened():
    """Return the lock's file, open; raise TutorialError with the reason where it cannot be."""
    try:
        return open(LOCK, "ab")
    except OSError as error:
        raise unwritable(LOCK, error) from None


def hold(file, server) -> None:
    """Keep the lock, and look for notebooks that want it."""
    global _lock
    _lock = file
    threading.Thread(target=attend, args=(file, server), daemon=True).start()


def attend(file, server) -> None:
    """Give the server away when another notebook wants it, as long as this one holds the lock."""
    while _lock is file:
        time.sleep(LOOK)
        wanted = contents(WANTED)
        if wanted is not None and _lock is file:
            server.release(wanted.decode(errors="replace"))


def keep(server) -> None:
    """Note where the server is; lock again if somebody has deleted the lock's file meanwhile."""
    note = f"{server.port} {notebook()}".encode()
    if contents(NOTE) != note:
        write(NOTE, note, mode=0o600)
    if not LOCK.exists():
        file = opened()
        system.lock(file)
        close()
        hold(file, server)


def close() -> None:
    """Let go of the lock."""
    global _lock
    if _lock is not None:
        _lock.close()
    _lock = None


def noted() -> dict:
    """Return the note of the notebook that has the lock."""
    port, _, name = (contents(NOTE) or b"").decode(errors="replace").partition(" ")
    return {"port": port, "notebook": name or "another notebook"}
