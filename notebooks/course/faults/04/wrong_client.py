answer = None


async def websocket_application(scope, receive, send):
    global answer
    answer = send
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            if event["text"] == "ping":
                await answer({"type": "websocket.send", "text": "pong!"})
