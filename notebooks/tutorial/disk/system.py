"""What differs between systems, in one place: how a process starts apart, what it is lent, its event loop, and locks.

Windows has no fork and no sessions, and hands a socket to another process as bytes made for that process's id.
"""

import os
import socket
import subprocess
import sys

WINDOWS = sys.platform == "win32"
FORKS = hasattr(os, "fork")
NEW_GROUP, NO_WINDOW = 0x00000200, 0x08000000  # CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW


def apart(windows: bool = WINDOWS) -> dict:
    """Return the options of Popen that keep an interrupt of this process away from the new one, and open no console."""
    return {"creationflags": NEW_GROUP | NO_WINDOW} if windows else {"start_new_session": True}


def lock(file) -> bool:
    """Lock an open file for this process; return False if another one has it. Where nothing can be locked, True."""
    try:
        if WINDOWS:
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return not (WINDOWS or isinstance(error, BlockingIOError))
    return True


def uvicorn_options(windows: bool = WINDOWS) -> dict:
    """Return the options that uvicorn needs here: a proactor loop cannot accept on another process's sockets."""
    return {"loop": "asyncio:SelectorEventLoop"} if windows else {}


def start(command: list[str], lent: list[socket.socket], log: int, **options) -> subprocess.Popen:
    """Start a process that gets the sockets `lent`, prints to the file `log` and has no terminal behind it."""
    if not WINDOWS:
        numbers = [each.fileno() for each in lent]
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        return subprocess.Popen([*command, *map(str, numbers)], pass_fds=numbers, **streams, **apart(), **options)
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log}
    process = subprocess.Popen(command, **streams, **apart(), **options)
    pid = int(process.stdout.readline() or 0)  # Python's own: what was started may be the launcher of a venv
    process.stdin.write(b"\n".join(each.share(pid).hex().encode() for each in lent))
    process.stdin.close()
    process.stdout.close()
    return process


def borrowed(numbers: tuple[str, ...]) -> list[socket.socket]:
    """Return, in the new process, the sockets that it was lent; `numbers` are the arguments that `start` added."""
    if not WINDOWS:
        return [socket.socket(fileno=int(number)) for number in numbers]
    print(os.getpid(), flush=True)
    return [socket.fromshare(bytes.fromhex(line)) for line in sys.stdin]
