"""Lesson 6: Break it."""

from tutorial.check import ANYTHING, DROPPED, NOTHING, closed, entries, exercise

HANDLER = "websocket_app/websocket.py"
AS_BEFORE = "ping, in text, must be answered as before."


@exercise("6.1", "Bytes get bytes", "warm-up", saves=HANDLER, was="6.1")
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
data.why = (
    "Bytes and text are never equal in Python, and they travel as different kinds of frames. An "
    "answer under the key bytes goes out as a binary frame."
)
ALL_IS_WELL = 'b"x" is closed with 1000, which says that all is well. Say 1003: this kind of data is not understood.'
OTHER = "The text other closes the connection, and only bytes may do that."
data.mistakes = [
    (b"ping", "pong!", 'The client sent bytes, and you answer with text: send bytes under the key "bytes".'),
    (b"ping", closed(1003), 'b"ping" is closed with 1003. Is it compared with "ping"? Bytes and text are never equal.'),
    (b"ping", NOTHING, 'b"ping" is not answered. Its message is event["bytes"].'),
    ("ping", (NOTHING, closed(1003)), AS_BEFORE),
    ("other", (closed(1000), closed(1003), closed(1005)), OTHER),
    (b"x", (closed(1000), closed(1005)), ALL_IS_WELL),
    (b"x", NOTHING, 'Nothing comes of b"x": bytes other than b"ping" must close the connection.'),
    (b"x", b"pong!", 'All bytes are answered with b"pong!", and only b"ping" may be.'),
]


@exercise("6.2", "Goodbye on request", "core", saves=HANDLER)
async def bye(visit):
    client = await visit.connect()
    await client.send("ping", "pong!")
    await client.send("bye bye", NOTHING)
    await client.send("bye", closed(1000))
    reason(visit, client, "bye bye")
    client = await visit.connect()
    await client.send(b"bye", closed(1003))


def reason(visit, client, expected):
    """Note the reason of the close frame that a client got."""
    received = client.socket.protocol.close_rcvd
    visit.step(f"{client.name}: the reason", expected, received.reason if received else "")


bye.hints = [
    "End a connection as you do for bytes: websocket.close, then break.",
    "1000 is the code where none is named; the reason is a key of the event.",
    'await send({"type": "websocket.close", "reason": "bye bye"})\nbreak',
]
bye.why = (
    '1000 is what websocket.close means where no code is named. After it nothing more may be sent, so break follows.'
)
bye.mistakes = [
    ("bye", NOTHING, "Nothing happens at bye: send websocket.close."),
    ("bye", DROPPED, "No close frame came: send websocket.close, and then break."),
    ("bye", "bye bye", "The reason came as a text: it is a key of websocket.close, and travels in the close frame."),
    ("bye", ANYTHING, "At bye nothing is answered: the close frame alone says goodbye."),
    ("bye", closed(1001), "1001 says that the page is left, or the server goes. All is well is 1000."),
    ("bye", closed(1003), "1003 is for data that is not understood. All is well is 1000."),
    ("client 1: the reason", "", 'The reason is missing: "reason" is a key of the event websocket.close.'),
    ("client 1: the reason", ANYTHING, "The reason is another one: bye bye"),
    ("bye bye", (closed(1000), "bye bye"), "Only the text bye closes; bye bye is another text."),
]


@exercise("6.3", "A reason in 123 bytes", "hard", saves=HANDLER)
async def cut(visit):
    for text in ("bye", "x" * 200, "é" * 100, "🏓" * 40):
        client = await visit.connect()
        await client.send(text, closed(1000))
        reason(visit, client, text.encode()[:123].decode(errors="ignore"))


cut.hints = [
    "123 bytes, not 123 letters: encode the text, cut it, decode it.",
    'The cut may go through a letter: decode(errors="ignore") drops the half.',
    'reason = text.encode()[:123].decode(errors="ignore")',
]
cut.why = (
    "A close frame is a control frame, and those carry at most 125 bytes (RFC 6455, section 5.5); "
    "the code takes two of them. The reason must be UTF-8, so half a letter at its end would be an "
    "error."
)


def too_long(visit):
    step = visit.wrong
    names = [entry["name"] for entry in entries(visit, "raise")]
    if "UnicodeDecodeError" in names:
        return 'The cut went through a letter: decode(errors="ignore") drops the half.'
    if step.came is DROPPED and names and names != ["ProtocolError"]:
        return None  # what Python says is enough
    if step.came is DROPPED and names and not step.sent.isascii():
        return "These letters are of more than one byte each: cut bytes, not letters."
    if step.came is DROPPED and names:
        return "A close frame carries a reason of at most 123 bytes: cut it."
    if step.came is NOTHING:
        return "Nothing happens: each text closes the connection."
    if step.came is DROPPED:
        return "The handler ends, and nobody closes: send websocket.close."
    return "The reason is shorter than it has to be, or another one: as much of the text as fits into 123 bytes."


cut.mistakes = too_long
