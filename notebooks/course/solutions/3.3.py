connected = 0


async def websocket_application(scope, receive, send):
    global connected
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            if connected == 2:
                await send({"type": "websocket.close"})
                break
            connected += 1
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            connected -= 1
            break
