"""Lesson 3: Saying yes."""

from tutorial.check import ACCEPTED, NOTHING, entries, exercise, status


@exercise("3.1", "Count connections", "core", saves="websocket_app/websocket.py", was="3.1")
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
count.why = (
    "The count stands outside the function, so all calls share it; global says that the function "
    "changes it. It goes down before break, because nothing below break runs."
)

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
    if entries(visit, "raise"):
        return None  # what Python says about it is shown already
    printed = visit.printed
    if printed and all(line.lstrip("-").isdecimal() for line in printed):
        return 'The number is printed, and the word after it is missing: print(connected, "connected").'
    return COUNTED.get(" ".join(line.partition(" ")[0] for line in printed))


count.mistakes = mistakes


@exercise("3.2", "The code of the goodbye", "warm-up", saves="websocket_app/websocket.py")
async def goodbye(visit):
    one = await visit.connect()
    await one.leave()
    await visit.prints("left with 1000")
    two = await visit.connect()
    await two.socket.close(4001)
    await visit.prints("left with 4001")


goodbye.hints = [
    "An event is a dict: look at all of it with print(event).",
    'print("left with", event["code"])',
]
goodbye.why = (
    "The line stands before break, because nothing below break runs. The code comes from the "
    "client, so it may be any number that a close frame can carry; 1005 stands for none at all."
)


def goodbye_mistakes(visit):
    printed = {
        "nothing": "Nothing is printed: what follows break does not run.",
        "left with 1000": 'The second client left with 4001: the code is in the event, event["code"].',
        "1000": 'The words are missing: print("left with", event["code"]).',
    }
    if entries(visit, "raise") or visit.wrong.did != "the server prints":
        return None
    otherwise = "One line when a client leaves, and none before: below websocket.disconnect."
    return printed.get(str(visit.wrong.came), otherwise)


goodbye.mistakes = goodbye_mistakes


@exercise("3.3", "Two seats", "hard", saves="websocket_app/websocket.py")
async def seats(visit):
    one, two = await visit.connect("/", "the first"), await visit.connect("/", "the second")
    await one.leave()
    three = await visit.connect("/", "when one has left")
    await visit.connect("/", "one too many", status(403))
    await visit.connect("/", "another", status(403))
    await two.leave()
    four = await visit.connect("/", "when two were refused")
    await visit.connect("/", "one too many", status(403))
    await three.leave()
    await four.leave()


seats.hints = [
    "Count as in the first exercise: one more when you accept, one less when a client leaves.",
    "if connected == 2: send websocket.close, then break, before you count.",
    'if connected == 2:\n    await send({"type": "websocket.close"})\n    break\nconnected += 1',
]
seats.why = (
    "Who is refused never has a seat, so the count goes up below the refusal and not above it. "
    "After websocket.close the call has nothing more to do: break ends it, and the disconnect of "
    "that client changes no count."
)
seats.mistakes = [
    ("the second", status(403), "The second client was refused: there are two seats."),
    ("one too many", ACCEPTED, "A third client was let in: say no before you accept, while two are connected."),
    ("one too many", (status(500), NOTHING), "A third client gets no answer from you: send websocket.close."),
    (
        "another",
        ACCEPTED,
        "One was refused, and the next is let in: who is refused has no seat, and gives none back. Break after the no.",
    ),
    ("when one has left", status(403), "One has left, and the next is still refused: give the seat back."),
    (
        "when two were refused",
        status(403),
        "Two were refused and one has left, and the next gets no seat: count nobody who was refused.",
    ),
]
