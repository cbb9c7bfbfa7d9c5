"""Lesson 6: Break it."""

from tutorial.check import ANYTHING, NOTHING, closed, exercise

HANDLER = "websocket_app/websocket.py"
AS_BEFORE = "ping, in text, must be answered as before."


@exercise("6.1", "Bytes get bytes", "warm-up", saves=HANDLER)
async def data(visit):
    client = await visit.connect()
    await client.send(b"ping", b"pong!")
    await client.send("ping", "pong!")
    await client.send("other", NOTHING)
    await client.send(b"x", closed(1003))


data.hints = [
    'Where text is None, the message is in event["bytes"].',
    'websocket.send takes "bytes" in place of "text".',
    'if event["bytes"] == b"ping":\n    await send({"type": "websocket.send", "bytes": b"pong!"})\n'
    "and otherwise close with 1003 and break.",
]
ALL_IS_WELL = 'b"x" is closed with 1000, which says that all is well. Say 1003: this kind of data is not understood.'
OTHER = "The text other closes the connection, and only bytes may do that."
data.mistakes = [
    (b"ping", "pong!", 'The client sent bytes, and you answer with text: send bytes under the key "bytes".'),
    (b"ping", closed(1003), 'b"ping" is closed with 1003. Is it compared with "ping"? Bytes and text are never equal.'),
    (b"ping", NOTHING, 'b"ping" is not answered. Its message is event["bytes"].'),
    ("ping", (NOTHING, closed(1003)), AS_BEFORE),
    ("ping", ANYTHING, AS_BEFORE),
    ("other", (closed(1000), closed(1003), closed(1005)), OTHER),
    (b"x", (closed(1000), closed(1005)), ALL_IS_WELL),
    (b"x", NOTHING, 'Nothing comes of b"x": bytes other than b"ping" must close the connection.'),
    (b"x", b"pong!", 'All bytes are answered with b"pong!", and only b"ping" may be.'),
]
