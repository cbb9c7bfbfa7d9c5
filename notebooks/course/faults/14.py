"""Mistakes in limits.py of lesson 14, and what a right one does."""

import contextlib

from tutorial.check import closed, faults
from websockets.exceptions import ConnectionClosed

FLOOD = 300  # messages at once; 100 a second may pass, and twice as many after a silence


async def right(visit):
    one, two = await visit.connect(), await visit.connect()
    for client in (one, two):
        await client.send("ping", "pong!")
    with contextlib.suppress(ConnectionClosed):
        for _ in range(FLOOD):
            await one.socket.send("PING")
    await one.expect(closed(1008))
    await two.send("ping", "pong!")
    await two.leave()


ALL = faults(
    14,
    "websocket_app/limits.py",
    right,
    (
        36,
        "one_seat.py",
        "While one client is connected, a second one from the same address gets 429.",
        "One client sees nothing wrong. Connect two at the same time.",
        "Compare the status of the two handshakes.",
        "The number of seats that are taken is compared with nothing: any number but 0 counts as too many.",
    ),
    (
        37,
        "all_is_well.py",
        "A flood is closed with 1000, as if all were well.",
        "Send 300 messages at once, then read until the connection ends, and print the close code.",
        "Which code has the event websocket.close?",
        "1000 says that all is well. Which code says that a rule was broken?",
    ),
)
