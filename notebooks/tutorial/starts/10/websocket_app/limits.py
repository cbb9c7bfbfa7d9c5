"""How much one process takes on, and how much from one client."""

import time

from django.conf import settings

from websocket_app.refuse import refusal

full = refusal(503, "All seats are taken. Please try again in a minute.")


def limit_connections(application):
    async def limited(scope, receive, send):
        connections = scope["state"]["connections"]

        if len(connections) >= settings.WEBSOCKET_CONNECTIONS:
            await full(scope, receive, send)
            return

        connections.add(send)
        try:
            await application(scope, receive, send)
        finally:
            connections.discard(send)

    return limited


def limit_messages(application):
    async def limited(scope, receive, send):
        second, messages = 0, 0

        async def counted_receive():
            nonlocal second, messages
            event = await receive()
            if event["type"] != "websocket.receive":
                return event

            now = int(time.monotonic())
            if now != second:
                second, messages = now, 0
            messages += 1

            if messages <= settings.WEBSOCKET_MESSAGES_PER_SECOND:
                return event

            close = {
                "type": "websocket.close",
                "code": 1008,
                "reason": "Too many messages",
            }
            await send(close)
            # To the handler it looks as if the client had left.
            return {"type": "websocket.disconnect", "code": 1008}

        await application(scope, counted_receive, send)

    return limited
