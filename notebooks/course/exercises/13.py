"""Lesson 13: How long?"""

import asyncio

from tutorial.check import NOTHING, closed, exercise


@exercise("13.1", "Who says nothing", "core", saves="websocket_app/websocket.py")
async def idle(visit):
    silent = await visit.connect("/", "who is silent")
    client = await visit.connect("/", "who talks")
    await client.send("ping", "pong!")
    for _ in range(2):
        await asyncio.sleep(0.6)
        await client.send("ping", "pong!")
    await silent.expect(closed(4408))
    await client.expect(closed(4408))
    last = await visit.connect("/", "who leaves")
    await last.send("ping", "pong!")
    await last.leave()


idle.hints = [
    "asyncio.timeout(1) ends what takes longer than a second: it raises TimeoutError.",
    "async with asyncio.timeout(1): around await receive(), and try around both.",
    "except TimeoutError:\n    close with 4408, then break",
]
idle.why = (
    "The limit stands around receive alone, so each message begins it anew. TimeoutError is caught "
    "where it is raised, and the client is told with a code of its own."
)
ANEW = "A client that talks is closed, too: each message begins the second anew. Put the limit around receive alone."
SILENT = {
    None: "Nothing happens to a client that says nothing: put asyncio.timeout(1) around receive.",
    1000: "This code says that all is well. Close with 4408.",
    1006: "The handler returns or raises, and nobody closes: send websocket.close with 4408.",
    1011: "TimeoutError leaves your handler: catch it, and close with 4408.",
}


def mistakes(visit):
    step = visit.wrong
    if step.sent == "ping":
        answered = any(each.came == "pong!" for each in visit.steps)
        return ANEW if answered else "ping must be answered as before."
    if isinstance(step.came, str):
        return "A client that says nothing is told nothing but the close frame."
    if step.sent == "who talks":
        return "A client that has talked and then falls silent stays for ever: each wait has its limit."
    return SILENT.get(step.came.code, "The code is another one: 4408.")


idle.mistakes = mistakes


@exercise("13.2", "One second, please", "core", saves="websocket_app/websocket.py")
async def second(visit):
    silent = await visit.connect("/", "who is silent")
    client = await visit.connect("/", "who talks")
    await client.send("ping", "pong!")
    await asyncio.sleep(0.3)
    await client.send("ping", "pong!")
    await asyncio.sleep(0.8)
    await client.send("ping", closed(4408))
    await silent.expect(closed(4408))
    last = await visit.connect("/", "who leaves")
    await last.send("ping", "pong!")
    await last.leave()


second.hints = [
    "One asyncio.timeout around the whole loop, and not one for each message.",
    "When the time is over, TimeoutError is raised in the middle of the loop: catch it around the loop, and close.",
    "try:\n    async with asyncio.timeout(1):\n        while True:\n"
    "            …\nexcept TimeoutError:\n    close with 4408",
]
second.why = (
    "The limit stands around the loop, so it counts once, and not anew for each message. asyncio "
    "cancels whatever the loop waits in, and makes TimeoutError of it at the end of the block."
)


def too_late(visit):
    step = visit.wrong
    answered = sum(each.came == "pong!" for each in visit.steps)
    if step.sent == "ping" and step.came == "pong!":
        return (
            "It is still open after 1.1 seconds: one asyncio.timeout around the whole loop, not one for each message."
        )
    if step.sent == "ping" and not answered:
        return "Nothing is answered in that second: the loop goes on while the clock runs."
    if getattr(step.came, "code", None) in (1011, 1006):
        return "TimeoutError leaves your handler: catch it, and close with 4408."
    if step.came is NOTHING:
        return "Nothing happens after a second: put asyncio.timeout(1) around the loop."
    return "The code is another one: 4408."


second.mistakes = too_late
