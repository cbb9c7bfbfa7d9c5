import time


async def websocket_application(scope, receive, send):
    count, since = 0, time.monotonic()
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            if time.monotonic() - since >= 1:
                count, since = 0, time.monotonic()
            count += 1
            answer = "ok" if count <= 5 else "slow down"
            await send({"type": "websocket.send", "text": answer})
