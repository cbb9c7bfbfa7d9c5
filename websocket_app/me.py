"""/me tells you who you are, as far as the server can see. Lesson 11."""


async def me_application(scope, receive, send):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    name = scope["user"].get_username() or "nobody"
    await send({"type": "websocket.send", "text": name})
    while (await receive())["type"] != "websocket.disconnect":
        pass
