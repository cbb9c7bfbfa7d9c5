async def websocket_application(scope, receive, send):
    answer = None
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            if answer:
                await send(answer)
            answer = None
            if event["text"] == "ping":
                answer = {"type": "websocket.send", "text": "pong!"}
