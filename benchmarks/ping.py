"""Ping and pong: one client in sequence, and 64 at once."""

from benchmarks.figures import Effort, Figure, Measure
from benchmarks.servers import Server, watch
from benchmarks.wire import connect_many, ping_pong

CLIENTS = 64
AT_ONCE = Measure(f"{CLIENTS} clients at once", "answers/s")
IN_SEQUENCE = Measure("one client in sequence", "answers/s")
SERVER_BUSY = Measure(f"the server with {CLIENTS} clients", "%")
LOAD_BUSY = Measure(f"the load with {CLIENTS} clients", "%")


def measure(server: Server, effort: Effort) -> list[Figure]:
    """Return the answers a second, and how busy server and load were with all the clients."""
    connections = connect_many(server.port, CLIENTS)
    try:
        ping_pong(connections, effort.seconds / 5)  # Warm up.
        in_sequence = ping_pong(connections[:1], effort.seconds / 2)
        at_once = watch([server], lambda: ping_pong(connections, effort.seconds))
    finally:
        for connection in connections:
            connection.close()
    name = server.peer.name
    return [
        Figure(AT_ONCE, name, at_once.result),
        Figure(IN_SEQUENCE, name, in_sequence),
        Figure(SERVER_BUSY, name, at_once.server_busy),
        Figure(LOAD_BUSY, name, at_once.load_busy),
    ]
