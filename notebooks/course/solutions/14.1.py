async def websocket_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            text = event.get("text") or ""
            if len(text) > 100:
                await send({"type": "websocket.close", "code": 1009})
                break

            if text == "ping":
                await send({"type": "websocket.send", "text": "pong!"})
