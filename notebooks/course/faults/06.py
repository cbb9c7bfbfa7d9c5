"""Mistakes in the handler of lesson 6, and what a right one does."""

from tutorial.check import NOTHING, closed, faults


async def right(visit):
    client = await visit.connect()
    for text in ("", "PING", " ping"):
        await client.send(text, NOTHING)
    await client.send("ping", "pong!")
    await client.send(b"ping", closed(1003))
    client = await visit.connect()
    await client.send("ping", "pong!")
    await client.leave()


ALL = faults(
    6,
    "websocket_app/websocket.py",
    right,
    (
        18,
        "empty_is_none.py",
        "An empty text is closed with 1003, like bytes.",
        "ping and PING are fine. Send other texts, a very short one as well.",
        "After which message is websocket.close sent?",
        "The test for a missing text is true for one text, too: `not` is not the same as `is None`.",
    ),
    (
        19,
        "bytes_kill_it.py",
        "A binary frame ends the connection with no close frame: the application raises an exception.",
        "Texts are fine. Send bytes.",
        "What does the application do after it has received bytes?",
        "A key of the event is read that need not be there: event[...] in place of event.get(...).",
    ),
    (
        20,
        "goodbye_code.py",
        "A binary frame is closed with 1000, as if all were well.",
        "Texts are fine. Send bytes, and print the close code.",
        "Which code has the event websocket.close?",
        "1000 says that all is well. Which code says that this kind of data cannot be taken?",
    ),
    (
        21,
        "strips.py",
        "PING, and ping with spaces around it, are answered with pong!.",
        "ping alone is fine. Send PING, and ping with a space in front of it.",
        "Compare each text that is received with what is sent after it.",
        "The text is changed before it is compared.",
    ),
)
