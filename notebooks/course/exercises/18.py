"""Lesson 18: Nothing missed."""

from tutorial.check import ANYTHING, closed, exercise

HANDLER = "websocket_app/websocket.py"
BROKEN = "Your handler raises: the log names the line. The database answers in async form only: alast, async for."


async def say(visit, room, *texts):
    """Let somebody say something in a room; return the ids that the messages got."""
    client = await visit.connect(f"/room/{room}?after=999999999", "in a room")  # with no history
    ids = []
    for text in texts:
        await client.send(text, ANYTHING)
        ids.append(visit.steps[-1].came.partition(" ")[0])
    await client.leave()
    return ids


@exercise("18.1", "The newest", "warm-up", saves=HANDLER)
async def newest(visit):
    one, other, none = (f"{name}-{visit.token[-8:]}" for name in ("one", "other", "none"))
    ids = await say(visit, one, "hello", "again")
    await say(visit, other, "elsewhere")
    client = await visit.connect()
    await client.send(one, ids[-1])
    await client.send(none, "0")
    await client.leave()


newest.hints = [
    'order_by("id") sorts the messages of a room, the newest last.',
    "alast() asks for the last one, and gives None where there is none.",
    'message = await Message.objects.filter(room=room).order_by("id").alast()\n'
    "and send str(message.id) if message else \"0\".",
]
newest.why = (
    "One row is asked for, whatever the room has heard. An id is a number, and 0 is before all of them, so the same "
    "question works for an empty room: what came after 0?"
)


def mistakes(visit):
    step = visit.wrong
    if step.came == closed(1011) and step.expected == "0":
        return "In this room nothing was said, so there is no message, and None has no id: the answer is 0."
    if step.came == closed(1011):
        return BROKEN
    if step.expected == "0" and step.came != step.sent:
        return "In this room nothing was said: the answer is 0, as text."
    if step.came == step.sent:
        return "The room's name comes back: send the id of a message."
    if isinstance(step.came, str) and step.came.isdecimal():
        newer = int(step.came) > int(step.expected)
        return "This message is of another room." if newer else "This is an older message, and the newest is wanted."
    return "The id of the newest message, as text: str(message.id)."


newest.mistakes = mistakes


@exercise("18.2", "Catching up", "hard", saves=HANDLER)
async def catch_up(visit):
    one, other = (f"{name}-{visit.token[-8:]}" for name in ("one", "other"))
    ids = await say(visit, one, "first", "second")
    await say(visit, other, "elsewhere")
    await say(visit, one, "third")
    client = await visit.connect()
    await client.send(f"{one} {ids[0]}", "second")
    await client.expect("third")
    await client.expect("that is all")
    await client.send(f"{one} 999999999", "that is all")
    await client.leave()


catch_up.hints = [
    "filter(room=room, id__gt=int(after)) are the messages that came after an id.",
    'async for message in rows.order_by("id"): one event for each.',
    'rows = Message.objects.filter(room=room, id__gt=int(after)).order_by("id")\n'
    'async for message in rows: send message.text; below the loop, send "that is all".',
]
catch_up.why = (
    "id__gt is greater than, so what the client has heard does not come again. The order is said, because a database "
    "may give rows in any order without it."
)


def mistakes_of_catching_up(visit):
    step = visit.wrong
    if step.came == closed(1011):
        return BROKEN
    if step.came == "first":
        return "The client has heard this one: what came after it is id__gt, greater than."
    if step.came == "elsewhere":
        return "This was said in another room."
    if step.expected == "second" and step.came == "third":
        return 'The oldest comes first: order_by("id").'
    if step.expected == "second" and step.came == step.sent:
        return "What the client sends comes back: send the messages."
    if step.expected in ("second", "third") and step.came == "that is all":
        return "Two messages came after this id, and both are missing or one of them."
    if step.expected == "that is all":
        return "After the last message, say `that is all`, also where there was none."
    return "message.text is what was said, without who."


catch_up.mistakes = mistakes_of_catching_up
