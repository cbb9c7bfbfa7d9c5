"""A WebSocket client that is little more than its system calls, so that the servers are the limit.

Frames are made once and answers are compared whole. Connections are served in turn, each waiting in
`recv`: whichever server is behind, it always has the other connections' work before it.
"""

import socket
import struct
import zlib
from collections import deque
from collections.abc import Sequence
from time import perf_counter

PING = b"\x81\x84\x00\x00\x00\x00ping"  # One masked text frame; the mask is 0.
PONG = b"\x81\x05pong!"
ACCEPTED = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # The right answer to the key below.
# As from a proxy with TLS, which production wants. Like a browser it offers compression: a server that has it on will
# take it.
REQUEST = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://127.0.0.1\r\nX-Forwarded-Proto: https\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
)
IN_FLIGHT = 32  # Handshakes at once: fewer than the shortest queue of any peer (daphne's, 50).
LIMIT = struct.pack("ll", 10, 0)  # Seconds and microseconds a system call may wait.
RESET = struct.pack("ii", 1, 0)  # Close at once and leave no port in TIME_WAIT.


class WrongAnswer(Exception):
    """The server said something else than it should."""


def knock(port: int, path: str = "/") -> socket.socket:
    """Connect and send the request, without waiting for the answer."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    # A timeout of Python's own would add a system call to every recv; the kernel's does not.
    connection.settimeout(None)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, LIMIT)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, LIMIT)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(REQUEST.replace(b" / ", f" {path} ".encode(), 1))
    return connection


def enter(connection: socket.socket, compression: bool | None = False) -> socket.socket:
    """Wait until the server has accepted, with or without compression, or either way (None).

    Raises WrongAnswer.
    """
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += receive(connection, 4096)
    if not answer.startswith(b"HTTP/1.1 101 ") or ACCEPTED not in answer:
        raise WrongAnswer(f"the handshake was answered with {answer!r}")
    if compression is not None and (b"permessage-deflate" in answer) != compression:
        raise WrongAnswer(f"compression should be {compression}: {answer!r}")
    return connection


def connect(port: int, compression: bool | None = False) -> socket.socket:
    """Return one open connection."""
    connection = knock(port)
    try:
        return enter(connection, compression)
    except BaseException:
        connection.close()
        raise


def connect_many(port: int, count: int, compression: bool = False) -> list[socket.socket]:
    """Return `count` open connections, IN_FLIGHT of them being opened at any time."""
    waiting = deque(knock(port) for _ in range(min(IN_FLIGHT, count)))
    connections = []
    for number in range(count):
        connections.append(enter(waiting.popleft(), compression))
        if number + len(waiting) + 1 < count:
            waiting.append(knock(port))
    return connections


def ask(connection: socket.socket, compression: bool = False) -> str:
    """Send one ping and return the text of the answer, which is short."""
    if compression:
        deflate = zlib.compressobj(wbits=-12)
        data = (deflate.compress(b"ping") + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]
        connection.sendall(bytes([0xC1, 0x80 + len(data), 0, 0, 0, 0]) + data)
    else:
        connection.sendall(PING)
    kind, data = frame(connection)
    while kind == 0x89:  # The server's own ping, to a connection that has been open for long.
        kind, data = frame(connection)
    if kind == 0xC1:
        data = zlib.decompressobj(wbits=-15).decompress(data + b"\x00\x00\xff\xff")
    elif kind != 0x81:
        raise WrongAnswer(f"no text but {kind:#x} {data!r}")
    return data.decode()


def ping_pong(connections: Sequence[socket.socket], seconds: float) -> float:
    """Keep one ping under way on every connection and return the right answers a second."""
    pairs = [(connection.recv, connection.send) for connection in connections]
    for _, send in pairs:
        send(PING)
    answers = 0
    start = perf_counter()
    end = start + seconds
    while (now := perf_counter()) < end:
        for recv, send in pairs:
            if (answer := recv(64)) != PONG:
                raise WrongAnswer(f"{PONG!r} was expected, {answer!r} came")
            send(PING)
        answers += len(pairs)
    for recv, _ in pairs:
        recv(64)
    return answers / (now - start)


def frame(connection: socket.socket) -> tuple[int, bytes]:
    """Return the first byte of the next frame, which is short, and what it carries."""
    kind, length = receive(connection, 2, socket.MSG_WAITALL)
    return kind, receive(connection, length, socket.MSG_WAITALL) if length else b""


def receive(connection: socket.socket, size: int, flags: int = 0) -> bytes:
    """Return what came. Raises ConnectionError when the server hung up."""
    data = connection.recv(size, flags)
    if not data:
        raise ConnectionResetError("the server closed the connection")
    return data
