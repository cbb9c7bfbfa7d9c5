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
                text, busy = event.get("text"), task and not task.done()

                if text == "work" and busy:
                    await send({"type": "websocket.send", "text": "busy"})
                elif text == "work":
                    task = tasks.create_task(work())

                if text == "stop" and busy:
                    task.cancel()
                    await asyncio.wait([task])
                    await send({"type": "websocket.send", "text": "stopped"})


async def work():
    print("begins")
    try:
        await asyncio.sleep(60)
    finally:
        print("ends")
