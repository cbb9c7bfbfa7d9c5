"""The websockets library alone: `python -m benchmarks.peers.websockets_serve PORT`.

Its documentation says to run it with uvloop, and how to turn compression off.
"""

import asyncio
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, serve


async def ping(websocket: ServerConnection) -> None:
    """Answer pong! to ping."""
    async for message in websocket:
        if message == "ping":
            await websocket.send("pong!")


async def main(port: int) -> None:
    """Serve until killed."""
    async with serve(ping, "127.0.0.1", port, compression=None) as server:
        await server.serve_forever()


with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main(int(sys.argv[1])))
