"""Lesson 3: Saying yes."""

from tutorial.check.exercise import Exercise
from tutorial.check.visit import Visit

STARTER = """\
connected = 0


async def websocket_application(scope, receive, send):
    global connected
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
            # TODO: one more

        if event["type"] == "websocket.disconnect":
            # TODO: one less
            break
"""
MORE, LESS = "            # TODO: one more\n", "            # TODO: one less\n"
PRINT = '            print(connected, "connected")\n'


async def check(visit: Visit) -> None:
    first = await visit.connect()
    await visit.prints("1 connected", "client 1 is there")
    second = await visit.connect()
    await visit.prints("2 connected", "client 2 is there")
    if not visit.lines:
        visit.agree()
    await first.close()
    await visit.prints("1 connected", "client 1 has left")
    await second.close()
    await visit.prints("0 connected", "client 2 has left")
    third = await visit.connect()
    await visit.prints("1 connected", "client 3 is there")
    await third.close()
    await visit.prints("0 connected", "client 3 has left")
    visit.agree()
    visit.sound()


def mistake(visit: Visit) -> str | None:
    counts = [line.partition(" ")[0] for line in visit.lines]
    if visit.entries("raise"):
        return None  # its own sentence says it better
    if not counts:
        return "Nothing is printed: after each accept and after each disconnect, print(connected, \"connected\")."
    if all(line.lstrip("-").isdecimal() for line in visit.lines):
        return 'The number is printed, and the word behind it is missing: print(connected, "connected").'
    if counts == ["1", "2", "3"]:
        return "Clients are counted when they come and never when they leave: what follows break does not run."
    if counts == ["1", "2", "1"]:
        return "The count is right, and it is printed only when a client comes: print it after a disconnect, too."
    if counts == ["1", "2", "2", "2", "3", "3"]:
        return "The count never goes down: a disconnect makes it one less."
    if counts == ["0", "1", "2", "1", "0", "1"]:
        return "The count is printed before it changes: count first, then print."
    if counts == ["1", "1", "0", "-1", "1", "0"]:
        return "Each client sets the count to 0 again: that happens once, outside the function."
    if counts == ["1", "2", "3", "4", "5", "6"]:
        return "Every event counts one more: a disconnect makes it one less."
    return None


EXERCISES = [
    Exercise(
        number="3.1",
        title="Count connections",
        starter=STARTER,
        solution=STARTER.replace(MORE, "            connected += 1\n" + PRINT).replace(
            LESS, "            connected -= 1\n" + PRINT
        ),
        hints=(
            "All connections run the same function in one process, so they share what stands outside it: connected.",
            "One more after websocket.accept, one less after websocket.disconnect; print after each change.",
            'connected += 1\nprint(connected, "connected")\nand, before break, the same with -= 1.',
        ),
        check=check,
        mistake=mistake,
        fresh=True,
    )
]
