"""Lesson 3: Saying yes."""

from tutorial.check import exercise


@exercise("3.1", "Count connections", "core", saves="websocket_app/websocket.py")
async def count(visit):
    first = await visit.connect()
    await visit.prints("1 connected")
    second = await visit.connect()
    await visit.prints("2 connected")
    await first.leave()
    await visit.prints("1 connected")
    await second.leave()
    await visit.prints("0 connected")
    third = await visit.connect()
    await visit.prints("1 connected")
    await third.leave()
    await visit.prints("0 connected")


count.hints = [
    "All connections run the same function in one process, so they share what stands outside it: connected.",
    "One more after websocket.accept, one less after websocket.disconnect; print after each change.",
    'connected += 1\nprint(connected, "connected")\nand, before break, the same with -= 1.',
]

COUNTED = {
    "": 'Nothing is printed: after each accept and after each disconnect, print(connected, "connected").',
    "1 2 3": "Clients are counted when they come and never when they leave: what follows break does not run.",
    "1 2 1": "The count is right, and it is printed only when a client comes: print it after a disconnect, too.",
    "1 2 2 2 3 3": "The count never goes down: a disconnect makes it one less.",
    "0 1 2 1 0 1": "The count is printed before it changes: count first, then print.",
    "1 1 0 -1 1 0": "Each client sets the count to 0 again: that happens once, outside the function.",
    "1 2 3 4 5 6": "Every event counts one more: a disconnect makes it one less.",
}


def mistakes(visit):
    if any(entry["kind"] == "raise" for connection in visit.record for entry in connection["entries"]):
        return None  # what Python says about it is shown already
    printed = visit.printed
    if printed and all(line.lstrip("-").isdecimal() for line in printed):
        return 'The number is printed, and the word after it is missing: print(connected, "connected").'
    return COUNTED.get(" ".join(line.partition(" ")[0] for line in printed))


count.mistakes = mistakes
