everybody = set()
last = None


async def websocket_application(scope, receive, send):
    global last
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    everybody.add(send)
    if last:
        await send(last)
    try:
        while (event := await receive())["type"] != "websocket.disconnect":
            message = {"type": "websocket.send", "text": event["text"]}
            last = message
            for each in list(everybody):
                await each(message)
    finally:
        everybody.discard(send)
