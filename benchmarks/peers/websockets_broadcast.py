"""A room of the websockets library alone: `python -m benchmarks.peers.websockets_broadcast PORT [--uvloop]`.

Whatever one connection says is told to all with `broadcast`, as its documentation recommends.
"""

import asyncio
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

connections = {}  # In order, like the rooms of the others.


async def room(websocket: ServerConnection) -> None:
    """Stay in the room until the connection is closed."""
    connections[websocket] = None
    try:
        async for message in websocket:
            broadcast(connections, message)
    finally:
        del connections[websocket]


async def main(port: int) -> None:
    """Serve until killed."""
    async with serve(room, "127.0.0.1", port, compression=None) as server:
        await server.serve_forever()


with asyncio.Runner(loop_factory=uvloop.new_event_loop if "--uvloop" in sys.argv else None) as runner:
    runner.run(main(int(sys.argv[1])))
