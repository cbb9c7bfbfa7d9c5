import asyncio


async def websocket_application(scope, receive, send):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    try:
        async with asyncio.timeout(1):
            while True:
                event = await receive()
                if event["type"] == "websocket.disconnect":
                    return
                if event.get("text") == "ping":
                    await send({"type": "websocket.send", "text": "pong!"})
    except TimeoutError:
        await send({"type": "websocket.close", "code": 4408})
