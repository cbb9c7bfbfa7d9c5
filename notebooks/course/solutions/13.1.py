import asyncio


async def websocket_application(scope, receive, send):
    while True:
        try:
            async with asyncio.timeout(1):
                event = await receive()
        except TimeoutError:
            await send({"type": "websocket.close", "code": 4408})
            break

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            if event.get("text") == "ping":
                await send({"type": "websocket.send", "text": "pong!"})
