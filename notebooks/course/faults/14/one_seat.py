"""How much, from all together and from each? Lesson 14."""

import time
from collections import Counter

from django.conf import settings

from websocket_app.refuse import refusal

full = refusal(503, "All seats are taken. Please try again in a minute.")
greedy = refusal(429, "You have too many connections. Close one of them.")
everybody = set()  # where the server gives no state: --lifespan off
seats = Counter()  # of each user or address


def limit_connections(application):
    async def limited(scope, receive, send):
        # Who has neither a name nor an address is not counted.
        who = scope["user"].pk or (scope.get("client") or [""])[0]
        connections = scope.get("state", {}).get("connections", everybody)

        if len(connections) >= settings.WEBSOCKET_CONNECTIONS:
            await full(scope, receive, send)
            return
        if who and seats[who]:
            await greedy(scope, receive, send)
            return

        connections.add(send)
        seats[who] += 1
        try:
            await application(scope, receive, send)
        finally:
            connections.discard(send)
            seats[who] -= 1
            if not seats[who]:
                del seats[who]

    return limited


def limit_messages(application):
    # After a silence, up to twice as many pass in a burst. What piles up
    # while the handler is slow for seconds looks like a burst as well.
    def limited(scope, receive, send):
        limit = settings.WEBSOCKET_MESSAGES_PER_SECOND
        # Asked for websocket.connect, then for the first message: none came.
        messages, since = -2, time.monotonic()

        def counted_receive():
            nonlocal messages, since
            messages += 1
            if messages <= limit:
                return receive()

            # The budget is used up: only now look at the clock. Up to half a
            # second of what is left counts for the next round, or a client
            # just at the limit would be too early now and then.
            now = time.monotonic()
            if now - since >= 1:
                messages, since = 1, max(since + 1, now - 0.5)
                return receive()
            return too_many(send)

        return application(scope, counted_receive, send)

    return limited


async def too_many(send):
    close = {"type": "websocket.close", "code": 1008}
    await send({**close, "reason": "Too many messages"})
    # To the handler it looks as if the client had left.
    return {"type": "websocket.disconnect", "code": 1008}
