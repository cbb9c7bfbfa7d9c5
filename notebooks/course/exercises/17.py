"""Lesson 17: Memory."""

from tutorial.check import ANYTHING, closed, exercise

HANDLER = "websocket_app/websocket.py"
BROKEN = "Your handler raises: the log names the line. The database answers in async form only: acount, afirst."


async def say(visit, room, *texts):
    """Let somebody say something in a room; each text comes back when it is kept."""
    client = await visit.connect(f"/room/{room}", "in a room")
    for text in texts:
        await client.send(text, f"nobody: {text}")
    await client.leave()


@exercise("17.1", "How many messages", "core", saves=HANDLER)
async def count(visit):
    one, other = (f"{name}-{visit.token[-8:]}" for name in ("one", "other"))
    await say(visit, one, "hello", "again")
    client = await visit.connect()
    await client.send(one, "2")
    await client.send(other, "0")
    await client.leave()


count.hints = [
    "Message.objects.filter(room=...) is a query, and nothing is asked yet.",
    "await query.acount() asks. The answer is a number, and an event's text is a string.",
    "count = await Message.objects.filter(room=room).acount()\nand send str(count).",
]
count.why = (
    "A query is only a description until something asks for it. acount lets the database count, and nothing but a "
    "number travels; without the filter it would be the number of all rooms' messages."
)


def mistakes(visit):
    step = visit.wrong
    if step.came == closed(1011):
        return BROKEN
    if step.did.startswith("in "):
        return None
    if isinstance(step.came, str) and step.came.startswith("<"):
        return "This is an object, not a number: a coroutine wants `await`, a query wants acount()."
    if step.expected == "0" and step.came != step.sent:
        return "In this room nobody has said anything: ask for the room that the client named."
    if step.came == step.sent:
        return "The room's name comes back: send the number of its messages."
    return "These are the messages of all rooms: filter(room=room) chooses those of one."


count.mistakes = mistakes


@exercise("17.2", "Who said it", "hard", saves=HANDLER)
async def find(visit):
    word = f"tea{visit.token[-8:]}"
    await say(visit, f"room-{word}", f"more {word}", f"{word}, please", "nothing")
    client = await visit.connect()
    await client.send(word, f"nobody: {word}, please")
    await client.send(f"{word} or coffee", "nobody")
    await client.leave()


find.hints = [
    "filter(text__contains=word) are the messages that have the word in their text.",
    'order_by("-id") puts the newest first; afirst() asks for the first, and gives None where there is none.',
    'message = await Message.objects.filter(text__contains=word).order_by("-id").afirst()\n'
    'and send str(message) if message else "nobody".',
]
find.why = (
    "afirst asks for one row, so it does not matter how many there are. It gives None where no row fits, and str(None) "
    "would be a text, too: so the handler looks."
)


def mistakes_of_find(visit):
    step = visit.wrong
    if step.came == closed(1011):
        return BROKEN
    if step.did.startswith("in "):
        return None
    if step.came == "None" or (step.expected == "nobody" and step.came is not ANYTHING and step.came != step.sent):
        return "No message has this word: then the answer is nobody."
    if isinstance(step.came, str) and step.came.startswith("nobody: more"):
        return 'This is the oldest one, and the newest is wanted: order_by("-id").'
    if isinstance(step.came, str) and step.came == step.expected.removeprefix("nobody: "):
        return "This is the text alone: str(message) is who said it, too."
    if isinstance(step.came, str) and step.came.startswith("<"):
        return "This is a coroutine or a query: `await` it, with afirst()."
    return "The newest message with that word, from any room, as str(message) writes it."


find.mistakes = mistakes_of_find
