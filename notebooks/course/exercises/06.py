"""Lesson 6: Break it."""

from tutorial.check import ANYTHING, NOTHING, closed, exercise

HANDLER = "websocket_app/websocket.py"
AS_BEFORE = "ping, in text, must be answered as before."


@exercise("6.1", "Bytes get bytes", saves=HANDLER)
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

ADA, GRACE, HALF = '{"name": "Ada"}', '{"name": "Grace"}', '{"name": "\\ud800"}'
BRACKETS = "[" * 100_000


@exercise("6.2", "JSON from a stranger", saves=HANDLER)
async def stranger(visit):
    friend = await visit.connect()
    await friend.send(ADA, "Hello Ada")
    await friend.send(GRACE, "Hello Grace")
    for text in ("{", "[]", "{}", BRACKETS, HALF):
        client = await visit.connect()
        await client.send(text, closed(4000))
    await friend.send("ping", "pong!")
    await friend.leave()


stranger.hints = [
    "Which four exceptions did the four texts of this lesson raise? One try can catch them all.",
    "A text that cannot be sent shows itself in hello.encode(); UnicodeEncodeError is a ValueError.",
    "except (ValueError, TypeError, KeyError, RecursionError):\n    close with 4000, then break",
]
RAISED = (closed(1011), closed(1006))
ENCODE = "Find out before you send: hello.encode() raises UnicodeEncodeError, a ValueError."
stranger.mistakes = [
    ("ping", NOTHING, AS_BEFORE),
    ("ping", ANYTHING, AS_BEFORE),
    (GRACE, ANYTHING, "The name comes out of the JSON: it is not always Ada."),
    (ADA, (NOTHING, closed(4000), *RAISED), f"{ADA} is JSON: json.loads makes a dict of it."),
    (ADA, ANYTHING, f"{ADA} is JSON: json.loads makes a dict of it."),
    ("{", RAISED, "JSONDecodeError, a ValueError, is what json.loads raises for a text that is not JSON."),
    ("[]", RAISED, 'A list has no names: []["name"] raises TypeError.'),
    ("{}", RAISED, "A dict without a name raises KeyError."),
    (BRACKETS, RAISED, "Python gives up on a hundred thousand brackets with RecursionError."),
    (HALF, RAISED, f"Half a character cannot be sent. {ENCODE}"),
    (ANYTHING, (closed(1000), closed(1005)), "Code 1000 says that all is well, and here it is not. Close with 4000."),
    (ANYTHING, NOTHING, "Whatever is not what you expect closes the connection: with 4000, not with silence."),
    (ANYTHING, ANYTHING, "This is answered as if it were a name: check what json.loads has made of it."),
]
