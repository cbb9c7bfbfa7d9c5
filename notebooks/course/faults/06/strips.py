async def websocket_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            # A message is text or bytes. The key of the other may be missing.
            text = event.get("text")
            text = text and text.strip().lower()

            if text is None:
                close = {
                    "type": "websocket.close",
                    "code": 1003,
                    "reason": "Text only, please",
                }
                await send(close)
                break

            if text == "ping":
                await send({"type": "websocket.send", "text": "pong!"})
