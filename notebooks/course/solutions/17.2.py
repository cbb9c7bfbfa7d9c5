from websocket_app.models import Message


async def websocket_application(scope, receive, send):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        word = event["text"]
        found = Message.objects.filter(text__contains=word).order_by("-id")
        message = await found.afirst()
        text = str(message) if message else "nobody"
        await send({"type": "websocket.send", "text": text})
