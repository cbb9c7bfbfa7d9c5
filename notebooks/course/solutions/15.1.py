import asyncio


async def websocket_application(scope, receive, send):
    task = None
    async with asyncio.TaskGroup() as tasks:
        while True:
            event = await receive()

            if event["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})

            if event["type"] == "websocket.disconnect":
                if task:
                    task.cancel()
                break

            if event["type"] == "websocket.receive":
                if event.get("text") == "work":
                    task = tasks.create_task(work())

                if event.get("text") == "ping":
                    await send({"type": "websocket.send", "text": "pong!"})


async def work():
    print("begins")
    try:
        await asyncio.sleep(60)
    finally:
        print("ends")
