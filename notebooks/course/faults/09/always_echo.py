"""What you send comes back: text as text, bytes as bytes. Lesson 9."""


async def echo_application(scope, receive, send, limit=None):
    """Echo at /echo for ever, at /echo/3 three messages."""
    echoed = 0

    while echoed != limit:
        event = await receive()

        if event["type"] == "websocket.connect":
            # The client names the languages it speaks, and we choose one or
            # none. A name that it did not offer would end the connection.
            offered = scope.get("subprotocols", [])
            chosen = "echo" if "echo" in offered else "text"
            await send({"type": "websocket.accept", "subprotocol": chosen})

        if event["type"] == "websocket.disconnect":
            return

        if event["type"] == "websocket.receive":
            if event.get("text") is not None:
                await send({"type": "websocket.send", "text": event["text"]})
            else:
                answer = {"type": "websocket.send", "bytes": event["bytes"]}
                await send(answer)
            echoed += 1

    await send({"type": "websocket.close", "reason": "That was the last one"})
