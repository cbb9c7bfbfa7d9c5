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
    def limited(scope, receive, send):
        return application(scope, CountedReceive(receive, send), send)

    return limited


class CountedReceive:
    # After a silence, up to twice as many pass in a burst. What piles up
    # while the handler is slow for seconds looks like a burst as well.
    limit = settings.WEBSOCKET_MESSAGES_PER_SECOND
    __slots__ = ("messages", "receive", "send", "since")  # It stays small.

    def __init__(self, receive, send):
        self.receive, self.send, self.since = receive, send, time.monotonic()
        self.messages = -2  # Asked twice before any message has come.

    def __call__(self):
        self.messages += 1
        if self.messages > self.limit:
            # Only now look at the clock. Up to half a second that is left is
            # for the next round: who is just at the limit is never too early.
            now = time.monotonic()
            if now - self.since < 1:
                return too_many(self.send)
            self.messages, self.since = 1, max(self.since + 1, now - 0.5)
        return self.receive()


async def too_many(send):
    close = {"type": "websocket.close", "code": 1008}
    await send({**close, "reason": "Too many messages"})
    # To the handler it looks as if the client had left.
    return {"type": "websocket.disconnect", "code": 1008}
