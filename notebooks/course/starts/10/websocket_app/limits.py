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
    # After a silence, up to twice as many pass in a burst. A message counts
    # when the handler reads it: what piles up while the handler is slow for
    # seconds looks like a burst as well.
    async def limited(scope, receive, send):
        limit = settings.WEBSOCKET_MESSAGES_PER_SECOND
        messages, since = 0, time.monotonic()

        async def counted_receive():
            nonlocal messages, since
            event = await receive()
            if event["type"] != "websocket.receive":
                return event

            messages += 1
            if messages <= limit:
                return event

            # So many, in how long? Only now does it take a look at the clock.
            # Up to half a second of what is left counts for the next round,
            # or a client just at the limit would be too early now and then.
            now = time.monotonic()
            if now - since >= 1:
                messages, since = 1, max(since + 1, now - 0.5)
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
