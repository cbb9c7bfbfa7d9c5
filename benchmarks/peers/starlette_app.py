"""Starlette, started by `uvicorn benchmarks.peers.starlette_app:app`."""

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket


async def ping(websocket: WebSocket) -> None:
    """Answer pong! to ping."""
    await websocket.accept()
    async for text in websocket.iter_text():
        if text == "ping":
            await websocket.send_text("pong!")


app = Starlette(routes=[WebSocketRoute("/", ping)])
