"""Lesson 14: How much?"""

import asyncio

from tutorial.check import ANYTHING, NOTHING, closed, exercise

LAST = "ada, after all have left"
FITS, LONG, WIDE = "x" * 100, "x" * 101, "é" * 100


@exercise("14.1", "Too long", "warm-up", saves="websocket_app/websocket.py")
async def length(visit):
    client = await visit.connect()
    await client.send("ping", "pong!")
    await client.send(FITS, NOTHING)
    await client.send(WIDE, NOTHING)
    await client.send("ping", "pong!")
    await client.send(LONG, closed(1009))
    client = await visit.connect()
    await client.send("ping" * 1000, closed(1009))


length.hints = [
    "len(text) is the number of characters.",
    "Close as in lesson 6, with 1009, and leave the loop.",
    'if len(text) > 100:\n    await send({"type": "websocket.close", "code": 1009})\n    break',
]
length.why = (
    "len counts the characters of a text; its bytes may be more. The close frame names the reason, "
    "1009, which every client library knows."
)
length.mistakes = [
    ("ping", (NOTHING, closed(1009)), "ping is short, and must be answered as before."),
    (FITS, closed(1009), "Exactly 100 characters are fine: more than 100 are too many."),
    (WIDE, closed(1009), "These are 100 characters and 200 bytes: count characters, before you encode."),
    (LONG, NOTHING, "101 characters are too many, and nothing happens."),
    (LONG, (closed(1000), closed(1005)), "This code says that all is well. Too big is 1009."),
    (LONG, closed(1008), "Against the rules is 1008; too big has a code of its own, 1009."),
    (ANYTHING, "pong!", "Only ping is answered: a longer text is another one."),
]


@exercise("14.2", "Slow down", "core", saves="websocket_app/websocket.py")
async def pace(visit):
    client, other = await visit.connect("/", "who is fast"), await visit.connect("/", "the other")
    for turn in ("first", "second"):
        for _ in range(7):
            await client.socket.send("hello")
        for number in range(1, 8):
            await heard(visit, client, f"the {turn} time, message {number}", "ok" if number <= 5 else "slow down")
        await other.send("hello", "ok")
        await asyncio.sleep(1.1)
    await client.leave()
    await other.leave()


async def heard(visit, client, what, expected):
    """Expect an answer, under a name."""
    visit.step(what, expected, await client.receive(expected), what, client.agent)


pace.hints = [
    "Count the messages, and remember when you began to count: both belong to one connection.",
    "When a second has passed, begin again: count = 0, and the time is now.",
    'if time.monotonic() - since >= 1:\n    count, since = 0, time.monotonic()\ncount += 1',
]
pace.why = (
    "The clock is asked only when a message comes, so a silent client costs nothing. "
    "time.monotonic() never goes back, which time.time() does when somebody sets the clock."
)


def wrong_pace(visit):
    step = visit.wrong
    if step.came is NOTHING or getattr(step.came, "code", None):
        return "A message gets no answer: each is answered, and the connection stays."
    if step.sent == "hello":
        return "Another client was slowed down: count inside the function, for each connection alone."
    if step.sent.startswith("the first"):
        if step.came == "slow down":
            return (
                "The fifth message was slowed down: five are fine." if "5" in step.sent else "Too early: five are fine."
            )
        return "The sixth message is still ok: five a second are fine, and no more."
    if step.came == "slow down":
        return "A second later it is still slow down: begin to count again."
    return "The second time nobody is slowed down: the count begins again, and goes on."


pace.mistakes = wrong_pace


@exercise("14.3", "The newest wins", "hard", saves="websocket_app/websocket.py")
async def wins(visit):
    bob = await visit.connect("/?bob", "bob")
    ada = await visit.connect("/?ada", "ada")
    for time in ("second", "third"):
        again = await visit.connect("/?ada", f"ada, the {time} time")
        await again.expect(NOTHING)
        await ada.expect(closed(4409))
        await bob.expect(NOTHING)
        ada = again
    await ada.expect(NOTHING)
    await ada.leave()
    await bob.leave()
    last = await visit.connect("/?ada", LAST)
    await last.leave()


wins.hints = [
    "Keep for each name the send of its newest connection, in a dict outside the function.",
    "Close the older one with its own send: await newest[name]({…}).",
    "Who was closed leaves as well, and must not take away the seat of the newest: newest.get(name) is send.",
]
wins.why = (
    "send belongs to one connection, so whoever has it can close that connection from outside. The "
    "older call wakes up with websocket.disconnect a moment later, when the name belongs to the "
    "newer one already: that is why it looks before it deletes."
)


def who_wins(visit):
    step = visit.wrong
    if step.sent == "bob":
        return "bob was closed, too: close the older connection of this name alone."
    if step.sent.startswith(LAST):
        return "Who has left is still in the dict: take the name out when its newest connection leaves."
    if getattr(step.came, "code", None) == 1011:
        return None  # what Python says is enough
    if step.sent == "ada" and step.came is NOTHING:
        return "The older connection stays open: close it with its own send and 4409."
    if step.came is NOTHING:
        return "The third time nobody is closed: who was closed may not take the seat of the newest along."
    if step.sent == "ada":
        return "The code is another one: 4409."
    return "The new connection was closed, and the old one lives: newest[name] is the older one's send."


wins.mistakes = who_wins
