everybody = set()


async def websocket_application(scope, receive, send):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    everybody.add(send)
    try:
        while (event := await receive())["type"] != "websocket.disconnect":
            message = {"type": "websocket.send", "text": event["text"]}
            for each in everybody - {send}:
                await each(message)
    finally:
        everybody.discard(send)
