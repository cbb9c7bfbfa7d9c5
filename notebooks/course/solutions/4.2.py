async def websocket_application(scope, receive, send):
    count = 0
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            if event["text"] == "ping":
                count += 1
                text = f"pong! {count}"
                await send({"type": "websocket.send", "text": text})
