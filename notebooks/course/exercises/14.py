"""Lesson 14: How much?"""

from tutorial.check import ANYTHING, DROPPED, NOTHING, closed, exercise

FITS, LONG, WIDE = "x" * 100, "x" * 101, "é" * 100


@exercise("14.1", "Too long", "warm-up", saves="websocket_app/websocket.py")
async def length(visit):
    client = await visit.connect()
    await client.send("ping", "pong!")
    await client.send(FITS, NOTHING)
    await client.send(WIDE, NOTHING)
    await client.send("ping", "pong!")
    await client.send(LONG, closed(1009))
    client = await visit.connect()
    await client.send("ping" * 1000, closed(1009))


length.hints = [
    "len(text) is the number of characters.",
    "Close as in lesson 6, with 1009, and leave the loop.",
    'if len(text) > 100:\n    await send({"type": "websocket.close", "code": 1009})\n    break',
]
length.mistakes = [
    ("ping", (NOTHING, closed(1009)), "ping is short, and must be answered as before."),
    (FITS, closed(1009), "Exactly 100 characters are fine: more than 100 are too many."),
    (WIDE, closed(1009), "These are 100 characters and 200 bytes: count characters, before you encode."),
    (LONG, NOTHING, "101 characters are too many, and nothing happens."),
    (LONG, (closed(1000), closed(1005)), "This code says that all is well. Too big is 1009."),
    (LONG, closed(1008), "Against the rules is 1008; too big has a code of its own, 1009."),
    (LONG, (closed(1011), DROPPED), "The handler raises or returns before it closes: websocket.close, then break."),
    (ANYTHING, "pong!", "Only ping is answered: a longer text is another one."),
    (ANYTHING, ANYTHING, "Other texts get silence."),
]
