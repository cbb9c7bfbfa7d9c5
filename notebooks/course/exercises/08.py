"""Lesson 8: Start and stop."""

from tutorial.check import NOTHING, closed, exercise

QUESTION = "how many"


@exercise("8.1", "How many", "core", saves="websocket_app/websocket.py", was="7.1")
async def number(visit):
    first = await visit.connect()
    await first.send(QUESTION, "1")
    second = await visit.connect()
    await first.send(QUESTION, "2")
    await second.send(QUESTION, "2")
    await second.leave()
    await first.send(QUESTION, "1")
    await first.send("ping", "pong!")
    await first.leave()


number.hints = [
    'scope["state"]["connections"] is one set for all connections: add something of your own to it.',
    'add(send) after websocket.accept, discard(send) before break: "send" differs for each connection.',
    'number = str(len(scope["state"]["connections"]))\nand then send it as text.',
]
COUNTED = {
    "0": 'You are connected, and not counted: add to scope["state"]["connections"] after websocket.accept.',
    "1111": "Two are connected, and each is told 1: add to the set that is there. A new set is shared with nobody.",
    "1110": "Two are connected, and you say 1: in a set, equal things are one. Add what differs, such as send.",
    "1222": "One has left, and is still counted: remove a client that leaves from the set.",
}


def mistakes(visit):
    if visit.wrong.sent == "ping":
        return "ping must be answered as before."
    told = [step.came for step in visit.steps if step.sent == QUESTION]
    if told[-1] == closed(1011):
        return '"text" must be a string: str(...) makes one of a number.'
    if told[-1] is NOTHING:
        return "how many is not answered."
    return COUNTED["0"] if told[0] == "0" else COUNTED.get("".join(map(str, told)))


number.mistakes = mistakes
