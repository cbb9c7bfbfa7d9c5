"""Mistakes in the handler of lesson 3, and what a right one does."""

import asyncio

from tutorial.check import NOTHING, faults

HANDLER = "websocket_app/websocket.py"
RETURNS, WAITS = "it returns", "it still waits"


async def right(visit):
    client = await visit.connect()
    await client.send("ping", NOTHING)
    await client.leave()
    until = asyncio.get_running_loop().time() + 1
    while visit.record[-1]["open"] and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    visit.step(
        "the call, after the client has left",
        RETURNS,
        WAITS if visit.record[-1]["open"] else RETURNS,
    )


ALL = faults(
    3,
    HANDLER,
    right,
    (
        1,
        "never_accepts.py",
        "After websocket.connect nothing is sent. The client waits and gives up.",
        "One client that connects shows it.",
        "Which event does the application receive first, and what does it send after it?",
        'The first `if` of the loop compares event["type"] with a word that no event has.',
    ),
    (
        2,
        "closes_first.py",
        "The answer to websocket.connect is websocket.close. The client gets 403.",
        "One client that connects shows it. Read what its error says.",
        "Which event does the application send first?",
        "The first `send` of the loop says no where it should say yes.",
    ),
    (
        3,
        "leaves_at_once.py",
        "The application returns right after websocket.accept. The connection drops with no close frame.",
        "One client that connects, and then waits for a message, shows it.",
        "Which row comes directly after websocket.accept?",
        "Below websocket.accept stands a line that leaves the loop.",
    ),
    (
        4,
        "never_leaves.py",
        "The client has left, and the application waits for one more event. It never returns.",
        "Let a client connect and leave, then run %timeline.",
        "Look at the last rows: what does the application do after websocket.disconnect?",
        "Below websocket.disconnect stands a word that goes on with the loop, and one that ends it is needed.",
    ),
    (
        5,
        "accepts_twice.py",
        "websocket.accept is sent a second time, after a message, and an exception ends the connection.",
        "A client that connects and sends a message shows it.",
        "How many times is websocket.accept sent?",
        "The first `if` is true for every event but one. It has to be true for websocket.connect alone.",
    ),
)
