from websocket_app.models import Message


async def websocket_application(scope, receive, send):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        rows = Message.objects.filter(room=event["text"]).order_by("id")
        message = await rows.alast()
        text = str(message.id) if message else "0"
        await send({"type": "websocket.send", "text": text})
