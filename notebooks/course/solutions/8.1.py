async def websocket_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
            scope["state"]["connections"].add(send)

        if event["type"] == "websocket.disconnect":
            scope["state"]["connections"].discard(send)
            break

        if event["type"] == "websocket.receive":
            # A message is text or bytes. The key of the other may be missing.
            text = event.get("text")

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

            if text == "how many":
                number = str(len(scope["state"]["connections"]))
                await send({"type": "websocket.send", "text": number})
