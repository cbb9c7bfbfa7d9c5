"""Handlers that tests save, and clients that ask them."""

import asyncio

from websockets.asyncio.client import connect

HANDLER = """\
async def websocket_application(scope, receive, send):
    while True:
        event = await receive()
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        if event["type"] == "websocket.disconnect":
            break
        if event["type"] == "websocket.receive":
            WORK
            await send({"type": "websocket.send", "text": "ANSWER"})
"""
SAVE = "%%save websocket_app/websocket.py\n"
ASK = """\
import asyncio
from websockets.asyncio.client import connect

async def client():
    async with connect(server.url) as ws:
        await ws.send("ping")
        print("heard", await ws.recv())

asyncio.run(client())
"""


def handler(answer: str = "pong!", work: str = "pass") -> str:
    """Return a handler that does `work` for a message, and answers it."""
    return HANDLER.replace("ANSWER", answer).replace("WORK", work)


def ask(url: str, message: str = "ping") -> str:
    """Connect, say something and return the answer."""

    async def client() -> str:
        async with connect(url, open_timeout=10, close_timeout=1) as websocket:
            await websocket.send(message)
            return await asyncio.wait_for(websocket.recv(), 10)

    return asyncio.run(client())
