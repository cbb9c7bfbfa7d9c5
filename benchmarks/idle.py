"""Many connections that stay open: what each costs in memory, and how fast they are let in."""

import resource
import socket

from benchmarks.figures import Effort, Figure, Measure
from benchmarks.servers import Server, watch
from benchmarks.wire import WrongAnswer, ask, connect_many

HANDSHAKES = Measure("handshakes", "/s")
MEMORY = Measure("memory per idle connection (less is better)", "KiB")
SERVER_BUSY = Measure("the server with handshakes", "%")
LOAD_BUSY = Measure("the load with handshakes", "%")
WARM_UP = 64  # Connections before the first look at the memory, so that all is imported.


def allow_open_files(count: int) -> None:
    """Let this process and its servers open `count` connections. Raises SystemExit if it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 200
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SystemExit(f"{wanted} open files are needed, `ulimit -Hn` allows {hard}: raise it first.")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def measure(server: Server, effort: Effort) -> list[Figure]:
    """Open connections, use each once, and leave them open while looking at the memory."""
    name, compression = server.peer.name, server.peer.compression
    connections = connect_many(server.port, WARM_UP, compression)
    try:
        use(connections, compression)
        before = server.memory()
        opened = watch([server], lambda: connect_many(server.port, effort.idle, compression))
        connections += opened.result
        use(opened.result, compression)
        memory = server.memory() - before
    finally:
        for connection in connections:
            connection.close()
    return [
        Figure(HANDSHAKES, name, effort.idle / opened.seconds),
        Figure(MEMORY, name, memory / effort.idle / 1024),
        Figure(SERVER_BUSY, name, opened.server_busy),
        Figure(LOAD_BUSY, name, opened.load_busy),
    ]


def use(connections: list[socket.socket], compression: bool) -> None:
    """Exchange one ping and pong on every connection. Raises WrongAnswer."""
    for connection in connections:
        if (answer := ask(connection, compression)) != "pong!":
            raise WrongAnswer(f"'pong!' was expected, {answer!r} came")
