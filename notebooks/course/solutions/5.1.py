import asyncio

from websockets.asyncio.client import connect


async def client():
    async with connect(server.url) as ws:
        await ws.send("ping")
        await ws.recv()
        await ws.send("PING")
        await ws.send("ping")
        await ws.recv()
        await ws.close(4001)


asyncio.run(client())
