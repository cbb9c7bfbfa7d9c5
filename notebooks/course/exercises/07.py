"""Lesson 7: One place for errors."""

from tutorial.check import ANYTHING, NOTHING, closed, exercise

HANDLER = "websocket_app/websocket.py"
AS_BEFORE = "ping, in text, must be answered as before."
ADA, GRACE, HALF = '{"name": "Ada"}', '{"name": "Grace"}', '{"name": "\\ud800"}'
BRACKETS = "[" * 100_000


@exercise("7.1", "JSON from a stranger", "core", saves=HANDLER, was="6.2")
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
    "Which exceptions did the texts of this lesson raise? One try can catch them all, and two more.",
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
