async def websocket_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            text = event.get("text")

            if text is None:
                await send({"type": "websocket.close", "code": 1003})
                break

            if text == "bye":
                close = {"type": "websocket.close", "reason": "bye bye"}
                await send(close)
                break

            if text == "ping":
                await send({"type": "websocket.send", "text": "pong!"})
