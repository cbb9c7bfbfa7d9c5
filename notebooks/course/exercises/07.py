"""Lesson 7: Start and stop."""

from lesson_06 import LOOP, PONG, TEXT_ONLY
from tutorial.check.exercise import Exercise
from tutorial.check.visit import NOTHING, Visit

ACCEPT = '            await send({"type": "websocket.accept"})\n'
LEAVE = "            break\n\n        if event"
STARTER = (
    (
        (LOOP + TEXT_ONLY + PONG)
        .replace(ACCEPT, ACCEPT + "            # TODO: from here on you are one of the connections.\n")
        .replace(LEAVE, "            # TODO: and from here on no longer.\n" + LEAVE)
    )
    + """\

            if text == "how many":
                # TODO: answer with the number of connections, as text.
                pass
"""
)
SOLUTION = (
    (
        (LOOP + TEXT_ONLY + PONG)
        .replace(ACCEPT, ACCEPT + '            scope["state"]["connections"].add(send)\n')
        .replace(LEAVE, '            scope["state"]["connections"].discard(send)\n' + LEAVE)
    )
    + """\

            if text == "how many":
                number = str(len(scope["state"]["connections"]))
                await send({"type": "websocket.send", "text": number})
"""
)


def others(visit: Visit) -> int:
    """Return how many connections are open that are not of this visit: tabs of a browser."""
    open_now = [c for c in visit.server.connections() if c["open"] and c["type"] == "websocket"]
    return sum(c["client"] not in visit.ports for c in open_now)


async def check(visit: Visit) -> None:
    first = await visit.connect()
    tabs = others(visit)
    await first.ask("how many", str(tabs + 1))
    second = await visit.connect()
    await first.note("how many", str(tabs + 2))
    await second.note("how many", str(tabs + 2))
    await second.close()
    await first.note("how many", str(tabs + 1))
    visit.agree()
    await first.ask("ping", "pong!")
    await first.close()
    visit.sound()


def mistake(visit: Visit) -> str | None:
    asked = [step for step in visit.steps if "how many" in step.sent]
    if visit.last.expected == "pong!":
        return "ping must be answered as before."
    if getattr(asked[0].came, "code", None) == 1011:
        return '"text" must be a string: str(...) makes one of a number.'
    if asked[0].came is NOTHING:
        return "how many is not answered."
    try:
        wrong = [int(step.came) - int(step.expected) for step in asked]
    except (TypeError, ValueError):
        return None
    if wrong == [-1]:
        return 'You are connected, and not counted: add to scope["state"]["connections"] after websocket.accept.'
    if wrong == [0, -1, -1, 0]:
        return "Two are connected, and each is told 1: add to the set that is there. One of your own, nobody shares."
    if wrong == [0, -1, -1, -1]:
        return "Two are connected, and you say 1: in a set, equal things are one. Add what differs, such as send."
    if wrong == [0, 0, 0, 1]:
        return "One has left, and is still counted: who leaves has to leave the set, too."
    return None


EXERCISES = [
    Exercise(
        number="7.1",
        title="How many",
        starter=STARTER,
        solution=SOLUTION,
        hints=(
            'scope["state"]["connections"] is one set for all connections: add something of your own to it.',
            'add(send) after websocket.accept, discard(send) before break: "send" differs for each connection.',
            'number = str(len(scope["state"]["connections"]))\nand then send it as text.',
        ),
        check=check,
        mistake=mistake,
    )
]
