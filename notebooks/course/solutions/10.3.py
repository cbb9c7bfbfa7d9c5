async def websocket_application(scope, receive, send):
    await receive()  # websocket.connect
    offered = scope["subprotocols"]
    for language in ("v2", "v1"):
        if language in offered:
            break
    else:
        await send({"type": "websocket.close"})
        return

    await send({"type": "websocket.accept", "subprotocol": language})
    while (await receive())["type"] != "websocket.disconnect":
        pass
