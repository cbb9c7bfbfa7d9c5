"""Lesson 6: Break it."""

from tutorial.check.exercise import Exercise
from tutorial.check.visit import DROPPED, NOTHING, Visit

LOOP = """\
async def websocket_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            # A message is text or bytes. The key of the other may be missing.
            text = event.get("text")

            if text is None:
"""
TEXT_ONLY = """\
                close = {
                    "type": "websocket.close",
                    "code": 1003,
                    "reason": "Text only, please",
                }
                await send(close)
                break
"""
PONG = """\

            if text == "ping":
                await send({"type": "websocket.send", "text": "pong!"})
"""

TODO = """\
                # TODO: b"ping" gets b"pong!" back, as bytes. Other bytes
                # close the connection with 1003.
                pass
"""
BYTES = """\
                if event["bytes"] == b"ping":
                    await send({"type": "websocket.send", "bytes": b"pong!"})
                else:
                    await send({"type": "websocket.close", "code": 1003})
                    break
"""


async def check_bytes(visit: Visit) -> None:
    client = await visit.connect()
    await client.ask(b"ping", b"pong!")
    await client.ask("ping", "pong!")
    await client.silence("other")
    await client.closed(b"x", 1003)
    visit.sound()


def mistake_bytes(visit: Visit) -> str | None:
    came, expected = visit.last.came, visit.last.expected
    code = getattr(came, "code", None)
    if expected == b"pong!":
        if came == "pong!":
            return 'You were sent bytes and answer with text: bytes travel under the key "bytes".'
        if code == 1003:
            return 'b"ping" is closed with 1003. Is it compared with "ping"? Bytes and text are never equal.'
        if came is NOTHING:
            return 'b"ping" is not answered. Its message is event["bytes"].'
    if expected == "pong!" and not isinstance(came, bytes):
        return "ping, in text, must be answered as before."
    if expected is NOTHING and code:
        return f"The text other closes the connection with {code}: only bytes may do that."
    if code in (1000, 1005):
        return 'b"x" is closed with 1000, which says that all is well. Say 1003: this kind of data is not understood.'
    if expected != came and came is NOTHING:
        return 'Nothing comes of b"x": bytes other than b"ping" must close the connection.'
    if came == b"pong!":
        return 'All bytes are answered with b"pong!", and only b"ping" may be.'
    return None


JSON_TODO = """\
            else:
                # TODO: answer {"name": "Ada"} with Hello Ada. Whatever else
                # comes, close with 4000 and break.
                pass
"""
JSON = """\
            else:
                try:
                    hello = "Hello " + json.loads(text)["name"]
                    hello.encode()
                except (ValueError, TypeError, KeyError, RecursionError):
                    await send({"type": "websocket.close", "code": 4000})
                    break
                await send({"type": "websocket.send", "text": hello})
"""
STRANGE = ["{", "[]", "{}", "[" * 100_000, '{"name": "\\ud800"}']


async def check_json(visit: Visit) -> None:
    friend = await visit.connect()
    await friend.ask('{"name": "Ada"}', "Hello Ada")
    await friend.ask('{"name": "Grace"}', "Hello Grace")
    for text in STRANGE:
        stranger = await visit.connect()
        await stranger.closed(text, 4000)
    await friend.ask("ping", "pong!")
    await friend.close()
    visit.sound()


UNCAUGHT = {
    "{": "JSONDecodeError, a ValueError, is what json.loads raises for a text that is no JSON.",
    "[]": "A list has no names: [][\"name\"] raises TypeError.",
    "{}": "A dict without a name raises KeyError.",
    "[[": "Python gives up on a hundred thousand brackets with RecursionError.",
    '{"name"': "Half a character cannot be sent. Find out before you send: hello.encode() raises UnicodeEncodeError, "
    "a ValueError.",
}


def mistake_json(visit: Visit) -> str | None:
    step = visit.last
    came, sent = step.came, step.sent.partition(": '")[2]
    code = getattr(came, "code", None)
    if step.expected == "pong!":
        return "ping, in text, must be answered as before."
    if "Ada" in sent:
        return '{"name": "Ada"} is JSON: json.loads makes a dict of it.' if came != "Hello Ada" else None
    if "Grace" in sent:
        return "The name comes out of the JSON: it is not always Ada."
    if code == 1011 or came is DROPPED:
        return next((words for begin, words in reversed(UNCAUGHT.items()) if sent.startswith(begin)), None)
    if code in (1000, 1005):
        return f"{sent.rstrip(chr(39))} is closed with 1000, which says that all is well. Close with 4000."
    if came is NOTHING:
        return "Whatever is not what you expect closes the connection: with 4000, not with silence."
    if isinstance(came, str):
        return "This is answered as if it were a name: check what json.loads has made of it."
    return None


EXERCISES = [
    Exercise(
        number="6.1",
        title="Bytes get bytes",
        starter=LOOP + TODO + PONG,
        solution=LOOP + BYTES + PONG,
        hints=(
            'Where text is None, the message is in event["bytes"].',
            'websocket.send takes "bytes" in the place of "text".',
            'if event["bytes"] == b"ping":\n    await send({"type": "websocket.send", "bytes": b"pong!"})\n'
            "and otherwise close with 1003 and break.",
        ),
        check=check_bytes,
        mistake=mistake_bytes,
    ),
    Exercise(
        number="6.2",
        title="JSON from a stranger",
        starter="import json\n\n\n" + LOOP + TEXT_ONLY + PONG + JSON_TODO,
        solution="import json\n\n\n" + LOOP + TEXT_ONLY + PONG + JSON,
        hints=(
            "Which four exceptions did the four texts of this lesson raise? One try can catch them all.",
            "A text that cannot be sent shows itself in hello.encode(); UnicodeEncodeError is a ValueError.",
            "except (ValueError, TypeError, KeyError, RecursionError):\n    close with 4000, then break",
        ),
        check=check_json,
        mistake=mistake_json,
    ),
]
