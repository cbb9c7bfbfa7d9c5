"""Listening sockets on this machine's loopback, IPv4 and IPv6, that nobody else answers on."""

import errno
import socket
import sys
import time

from ..disk.files import contents, write
from ..disk.project import STATE

PORTS = range(8000, 8100)
PORT = STATE / "port"
NO_ADDRESS = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def remembered() -> int:
    """Return the port that this folder's server had before, or 8000."""
    try:
        port = int(PORT.read_text())
    except (OSError, ValueError):
        port = 0
    return port if 1024 <= port < 65536 else PORTS[0]


def remember(port: int) -> None:
    if contents(PORT) != str(port).encode():
        write(PORT, str(port).encode())


def claim(wanted: int) -> list[socket.socket]:
    """Listen on the wanted port, or on the next one that nobody has.

    Where this folder's server was before, what is left of a kernel that was killed may still be for a moment.
    """
    for _ in range(10 if PORT.exists() else 1):
        if listeners := listen(wanted):
            return listeners
        time.sleep(0.1)
    return next(filter(None, map(listen, [*PORTS, 0])))


def listen(port: int) -> list[socket.socket] | None:
    """Listen on `port` of 127.0.0.1 and, where there is one, of ::1; return None if anybody has it."""
    listeners = []
    try:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            if port and answers(family, address, port):
                raise OSError("taken")
            try:
                listener = socket.socket(family, socket.SOCK_STREAM)
            except OSError:
                continue  # a machine without IPv6
            listeners.append(listener)
            if sys.platform == "win32":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((address, port))
            except OSError as error:
                if family == socket.AF_INET6 and error.errno in NO_ADDRESS:
                    listeners.remove(listener)
                    listener.close()
                    continue
                raise
            port = listener.getsockname()[1]
            listener.listen(2048)
            listener.setblocking(False)
    except OSError:
        for listener in listeners:
            listener.close()
        return None
    return listeners


def answers(family: int, address: str, port: int) -> bool:
    """Tell whether a program listens there already, on this address or on all of them."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.5)
            return probe.connect_ex((address, port)) == 0
    except OSError:
        return False
