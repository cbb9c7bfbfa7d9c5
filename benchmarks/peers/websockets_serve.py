"""The websockets library alone: `python -m benchmarks.peers.websockets_serve PORT [--uvloop]`.

Plain, as its documentation begins, or on uvloop, as it recommends for speed. It says how to turn compression off, too.
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


with asyncio.Runner(loop_factory=uvloop.new_event_loop if "--uvloop" in sys.argv else None) as runner:
    runner.run(main(int(sys.argv[1])))
