"""Lesson 7: One place for errors."""

from tutorial.check import ANYTHING, NOTHING, closed, entries, exercise, status

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
    visit.step("what is in the log", "", " / ".join(visit.printed))


stranger.hints = [
    "Which exceptions did the texts of this lesson raise? One try can catch them all, and two more.",
    "A text that cannot be sent shows itself in hello.encode(); UnicodeEncodeError is a ValueError.",
    "except (ValueError, TypeError, KeyError, RecursionError):\n    close with 4000, then break",
]
stranger.why = (
    "json.loads takes any JSON, so what it gives may be a list, a number, or a text that cannot be "
    "sent. Each of these raises one of four exceptions, and all of them are the client's mistake: "
    "a code of your own, and nothing for the log."
)
RAISED = (closed(1011), closed(1006))
ENCODE = "Find out before you send: hello.encode() raises UnicodeEncodeError, a ValueError."
stranger.mistakes = [
    ("ping", NOTHING, AS_BEFORE),
    (GRACE, ANYTHING, "The name comes out of the JSON: it is not always Ada."),
    (ADA, (NOTHING, closed(4000), *RAISED), f"{ADA} is JSON: json.loads makes a dict of it."),
    (ADA, ANYTHING, f"{ADA} is JSON: json.loads makes a dict of it."),
    ("{", RAISED, "JSONDecodeError, a ValueError, is what json.loads raises for a text that is not JSON."),
    ("[]", RAISED, 'A list has no names: []["name"] raises TypeError.'),
    ("{}", RAISED, "A dict without a name raises KeyError."),
    (BRACKETS, RAISED, "Python gives up on a hundred thousand brackets with RecursionError."),
    (HALF, RAISED, f"Half a character cannot be sent. {ENCODE}"),
    ("what is in the log", ANYTHING, "A line reached your log. The mistake is the client's: print nothing of it."),
    (ANYTHING, (closed(1000), closed(1005)), "Code 1000 says that all is well, and here it is not. Close with 4000."),
    (ANYTHING, NOTHING, "Whatever is not what you expect closes the connection: with 4000, not with silence."),
    (ANYTHING, ANYTHING, "This is answered as if it were a name: check what json.loads has made of it."),
]


@exercise("7.2", "A middleware of your own", "core", saves="websocket_app/asgi.py")
async def ended(visit):
    client = await visit.connect("/one")
    await client.send("ping", "pong!")
    visit.step("the server prints, while it is open", "", " / ".join(visit.printed))
    await client.leave()
    await visit.prints("ended /one")
    await visit.refused("/boom", 500)
    await visit.prints("ended /boom")
    visit.step("the log has the error", True, any("ValueError('boom')" in line for line in logged(visit)))


def logged(visit):
    """Return the lines of safely in the log."""
    return [entry["text"] for entry in entries(visit, "print") if entry.get("path") == "websocket_app/errors.py"]


ended.hints = [
    "The connection is over when `await application(...)` is over.",
    "try and finally: what stands below finally runs after an error, too, and the error goes on.",
    'try:\n    await application(scope, receive, send)\nfinally:\n    print("ended", scope["path"])',
]
ended.why = (
    "finally runs whichever way the call ends: by return, by an exception, by a cancel. It catches "
    "nothing, so safely still sees the error and writes its line."
)
ended.mistakes = [
    (
        "the server prints, while it is open",
        ANYTHING,
        "ended is printed while the client is still there: first await the application.",
    ),
    ("the server prints", "ended", 'The path is missing: print("ended", scope["path"]).'),
    ("the server prints", NOTHING, "Nothing is printed, or nothing after an error: try, and print below finally."),
    ("the server prints", "ended /one", "It is always the same path: it is in the scope."),
    ("the log has the error", ANYTHING, "The error at /boom does not get to safely any more: let it go on."),
]


@exercise("7.3", "Shout", "hard", saves="websocket_app/asgi.py")
async def shout(visit):
    client = await visit.connect()
    await client.send("ping", "PONG!")
    await client.send("PING", NOTHING)
    await client.send(b"ping", closed(1003))


shout.hints = [
    "Give the application a send of your own, as safely does.",
    'Only some events have a text: event.get("text"). Pass every event on.',
    'if event.get("text") is not None:\n    event = {**event, "text": event["text"].upper()}\nawait send(event)',
]
shout.why = (
    "The event is the handler's: a copy with another text leaves it as it is. Events without a "
    "text, such as websocket.accept, pass untouched, or the client would wait for its handshake "
    "for ever."
)
shout.mistakes = [
    ("client 1", status(500), 'websocket.accept has no text: look at event.get("text") before you change it.'),
    ("client 1", NOTHING, "The client waits for its handshake: what you do not change, pass on as well."),
    ("ping", "pong!", "The text comes as it was: send the event with the new text."),
    ("ping", NOTHING, "The handler gets another text than the client sent: change what is sent, not what is received."),
]
