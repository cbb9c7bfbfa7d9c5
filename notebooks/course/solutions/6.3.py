async def websocket_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            text = event["text"]
            reason = text.encode()[:123].decode(errors="ignore")
            await send({"type": "websocket.close", "reason": reason})
            break
