from websocket_app.models import Message


async def websocket_application(scope, receive, send):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        room, after = event["text"].split()
        rows = Message.objects.filter(room=room, id__gt=int(after))
        async for message in rows.order_by("id"):
            await send({"type": "websocket.send", "text": message.text})
        await send({"type": "websocket.send", "text": "that is all"})
