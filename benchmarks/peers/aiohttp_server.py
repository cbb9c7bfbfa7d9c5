"""aiohttp's server: `python -m benchmarks.peers.aiohttp_server PORT`."""

import sys

import uvloop
from aiohttp import WSMsgType, web


async def ping(request: web.Request) -> web.WebSocketResponse:
    """Answer pong! to ping."""
    websocket = web.WebSocketResponse(compress=False)
    await websocket.prepare(request)
    async for message in websocket:
        if message.type == WSMsgType.TEXT and message.data == "ping":
            await websocket.send_str("pong!")
    return websocket


app = web.Application()
app.add_routes([web.get("/", ping)])
web.run_app(
    app,
    host="127.0.0.1",
    port=int(sys.argv[1]),
    access_log=None,
    print=None,
    loop=uvloop.new_event_loop(),
)
