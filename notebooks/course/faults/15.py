"""Mistakes in the stream of lesson 15, and what a right one does."""

import asyncio

from tutorial.check import Came, faults

RETURNS, WORKS = Came("it returns"), Came("it still works")


async def right(visit):
    client = await visit.connect("/stream")
    await client.send("How long?", "This")
    await client.send("And now?", "This")
    await client.send("stop", "(stopped)")
    await client.send("Again?", "This")
    await client.socket.close()
    until = asyncio.get_running_loop().time() + 1
    while visit.record[-1]["open"] and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    visit.step("the call, after the client has left", RETURNS, WORKS if visit.record[-1]["open"] else RETURNS)


ALL = faults(
    15,
    "websocket_app/stream.py",
    right,
    (
        42,
        "works_and_does_not_listen.py",
        "While an answer is sent, nothing is received: stop ends nothing, and is answered when the answer has ended.",
        "A client that says stop in the middle of an answer shows it.",
        "When is the second text received: directly after it was sent, or later?",
        "In stream.py the handler itself waits for the answer.",
    ),
    (
        43,
        "goes_on_without_a_client.py",
        "The client leaves in the middle of an answer, and the application does not return for seconds.",
        "A client that leaves in the middle of an answer shows it. Run %timeline directly after.",
        "What does the application do after websocket.disconnect?",
        "In stream.py nobody ends the work when the loop is over, so the group waits for it.",
    ),
    (
        44,
        "mixes_two_answers.py",
        "A second question does not end the first answer: the words of both come mixed.",
        "A client that asks twice, and does not say stop, shows it.",
        "How many answers are on their way after the second question?",
        "In stream.py one kind of text ends the work that goes on, and every text should.",
    ),
)
