from django.core import signing


async def me_application(scope, receive, send):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    event = await receive()
    if event["type"] == "websocket.disconnect":
        return

    try:
        name = signing.loads(event["text"], max_age=60)
    except signing.BadSignature:
        await send({"type": "websocket.close", "code": 4401})
        return
    await send({"type": "websocket.send", "text": f"Hello {name}"})
    while (await receive())["type"] != "websocket.disconnect":
        pass
