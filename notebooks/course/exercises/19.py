"""Lesson 19: More than one process. The check is the other process: it stores what the handler must find."""

from tutorial.check import NOTHING, closed, exercise

HANDLER = "websocket_app/websocket.py"
BROKEN = "Your handler raises: the log names the line. The database answers in async form: aget_or_create, async for."


async def store(room, who, *texts):
    """Be another process that stores messages, all at once."""
    from websocket_app.models import Message  # only now: Django is set up when a check begins

    await Message.objects.abulk_create([Message(room=room, who=who, text=text) for text in texts])


@exercise("19.1", "Known already", "core", saves=HANDLER)
async def known(visit):
    from websocket_app.models import Message

    one, two, three, hello = (f"{name}-{visit.token[-8:]}" for name in ("one", "two", "three", "hello"))
    client = await visit.connect()
    await client.send(f"{one} {hello}", "stored")
    rows = [row async for row in Message.objects.filter(room="once", who=one).values_list("text", flat=True)]
    visit.step("the database", [hello], rows)
    await client.send(f"{one} {hello}", "known")
    await store("once", two, f"also {hello}")
    await client.send(f"{two} also {hello}", "known")
    await client.send(f"{three} {hello}", "stored")
    await client.leave()


known.hints = [
    "The database knows what every process has stored: ask for the room and the token.",
    "aget_or_create() gives the message that is there, or stores one, and says which of both.",
    "_, new = await Message.objects.aget_or_create(\n"
    '    room="once", who=token, defaults={"text": text}\n)\nand answer "stored" if new else "known".',
]
known.why = (
    "A set in the handler would know what this process has stored, and only until it ends. If two processes ask in the "
    "same moment, both store: only a unique constraint on room and token, in the model, stops the second."
)


def mistakes(visit):
    step = visit.wrong
    if step.did == "the database":
        if not step.came:
            return "`stored` came, and in the room `once` the database has no message with this token as `who`."
        return "The text is what stands behind the token."
    if step.came == closed(1011):
        return BROKEN
    if step.came == "stored" and step.sent.startswith("one"):
        return "This token came twice, and the message is stored twice."
    if step.came == "stored":
        return "Another process has stored this one. Variables of yours do not know that; the database does."
    if step.came == "known" and step.sent.startswith("three"):
        return "This token is new, only the text is not: two people may say the same."
    return "The answer is `stored` or `known`."


known.mistakes = mistakes


@exercise("19.2", "Look", "hard", saves=HANDLER)
async def look(visit):
    room, other = (f"{name}-{visit.token[-8:]}" for name in ("room", "other"))
    await store(room, "before", "old")
    client = await visit.connect()
    await client.send(room, "looking")
    await client.expect(NOTHING)
    await store(other, "ada", "elsewhere")
    await store(room, "ada", "first")
    await client.expect("first")
    await store(room, "ada", "second", "third")
    await client.expect("second")
    await client.expect("third")
    await client.leave()


look.hints = [
    "filter(room=room, id__gt=seen) are the messages that came after `seen`.",
    "After each message, its id is what was seen last.",
    'rows = Message.objects.filter(room=room, id__gt=seen).order_by("id")\n'
    "async for message in rows: seen = message.id, and send message.text.",
]
look.why = (
    "Each look asks for what came after the last message it has seen, so nothing comes twice, and a look that finds "
    "nothing costs one query. A bell only makes the next look come sooner."
)


def mistakes_of_looking(visit):
    step = visit.wrong
    if step.came == closed(1011):
        return BROKEN
    if step.came == "old":
        return "This was stored before the client came: what is new has an id after `seen`."
    if step.came == "elsewhere":
        return "This was said in another room."
    if step.came in ("first", "second"):
        return "The client has had this message: after each one, `seen` is its id."
    if step.came == "third":
        return 'The oldest comes first: order_by("id").'
    if step.came is NOTHING:
        return "Another process has stored a message. Your handler does not look, or too late."
    return "message.text is what was said, without who."


look.mistakes = mistakes_of_looking
