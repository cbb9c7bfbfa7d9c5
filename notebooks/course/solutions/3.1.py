connected = 0


async def websocket_application(scope, receive, send):
    global connected
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
            connected += 1
            print(connected, "connected")

        if event["type"] == "websocket.disconnect":
            connected -= 1
            print(connected, "connected")
            break
