async def websocket_application(scope, receive, send):
    connections = scope["state"]["connections"]
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
            connections.add(send)

        if event["type"] == "websocket.disconnect":
            connections.discard(send)
            break

        if event["type"] == "websocket.receive":
            answer = {"type": "websocket.send", "text": event["text"]}
            for send_one in list(connections):
                await send_one(answer)
