async def me_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
            user = scope["user"]
            known = user.is_authenticated
            name = user.get_username() if known else "stranger"
            await send({"type": "websocket.send", "text": f"Hello {name}"})

        if event["type"] == "websocket.disconnect":
            break
