"""Lesson 8: Start and stop."""

from tutorial.check import ANYTHING, DROPPED, NOTHING, closed, exercise

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
number.why = (
    'scope["state"] is a copy for each connection, but the set in it is one and the same object '
    "for all. Who accepts adds something of its own, who leaves takes it out, and the length of "
    "the set is the answer."
)
UNHASHABLE = "A dict cannot be put into a set, and scope is one. Add send: each connection has its own."
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
        return UNHASHABLE if "unhashable" in visit.server.log else None  # what Python says is enough
    if told[-1] is NOTHING:
        return "how many is not answered."
    return COUNTED["0"] if told[0] == "0" else COUNTED.get("".join(map(str, told)))


number.mistakes = mistakes


@exercise("8.2", "Tell everybody", "hard", saves="websocket_app/websocket.py")
async def everybody(visit):
    one, two = await visit.connect("/", "the first"), await visit.connect("/", "the second")
    await one.send("hello", "hello")
    await two.expect("hello")
    await two.send("hi", "hi")
    await one.expect("hi")
    await one.leave()
    await two.send("alone?", "alone?")
    await two.leave()


everybody.hints = [
    "Each client has a send of its own. Put that into the set: it is how you reach the client.",
    "Go over a copy of the set, because others come and go while you wait: for each in list(connections).",
    'connections.add(send)\n…\nconnections.discard(send)\n…\nfor each in list(connections):\n    await each(answer)',
]
everybody.why = (
    "The loop goes over a copy: while one send is awaited, another client may come or leave, and a "
    "set that changes during a loop is an error. One slow client makes all others wait here: a "
    "queue for each client would help."
)
everybody.mistakes = [
    ("hello", NOTHING, "The sender does not get its own message: it belongs to all."),
    ("the second", NOTHING, "Only the sender got it: send to each of the connections."),
    ("the first", NOTHING, "Only the sender got it: send to each of the connections."),
    (
        "alone?",
        ANYTHING,
        "One has left, and now something is wrong: who leaves has to leave the set.",
    ),
    (
        "alone?",
        (NOTHING, DROPPED, closed(1011)),
        "One has left, and now nobody gets anything: who leaves has to leave the set.",
    ),
    (
        "the second: leaves",
        (DROPPED, closed(1011)),
        "One has left, and the next message was an error: who leaves has to leave the set.",
    ),
]
