import asyncio

from websocket_app.history import newest
from websocket_app.models import Message


async def websocket_application(scope, receive, send):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    event = await receive()
    async with asyncio.TaskGroup() as both:
        looking = both.create_task(look(event.get("text"), send))
        while event["type"] != "websocket.disconnect":
            event = await receive()
        looking.cancel()


async def look(room, send):
    seen = await newest(room)
    await send({"type": "websocket.send", "text": "looking"})
    while True:
        rows = Message.objects.filter(room=room, id__gt=seen).order_by("id")
        async for message in rows:
            seen = message.id
            await send({"type": "websocket.send", "text": message.text})
        await asyncio.sleep(0.2)
