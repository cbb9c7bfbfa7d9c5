from websocket_app.models import Message


async def websocket_application(scope, receive, send):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        room = event["text"]
        count = await Message.objects.filter(room=room).acount()
        await send({"type": "websocket.send", "text": str(count)})
