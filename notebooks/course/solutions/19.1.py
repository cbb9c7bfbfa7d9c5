from websocket_app.models import Message


async def websocket_application(scope, receive, send):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        token, _, text = event["text"].partition(" ")
        _, new = await Message.objects.aget_or_create(
            room="once", who=token, defaults={"text": text}
        )
        text = "stored" if new else "known"
        await send({"type": "websocket.send", "text": text})
