"""Lesson 13: How long?"""

import asyncio

from tutorial.check import closed, exercise


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
