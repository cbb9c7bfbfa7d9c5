"""/me tells you who you are, as far as the server can see."""

import json


async def me_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

            # Header names and values are bytes, in pairs.
            origin = dict(scope["headers"]).get(b"origin", b"no page at all")
            me = {
                "user": scope["user"].get_username() or "nobody",
                "origin": origin.decode("latin-1"),
            }
            await send({"type": "websocket.send", "text": json.dumps(me)})

        if event["type"] == "websocket.disconnect":
            break
