"""Mistakes in what lesson 18 adds to a room, and what a right one does."""

import secrets

from tutorial.check import ANYTHING, faults


async def right(visit):
    room = f"/room/lobby-{secrets.token_hex(4)}"
    ada = await visit.connect(room, "ada")
    await ada.send("one", ANYTHING)
    first = visit.steps[-1].came.partition(" ")[0]
    await ada.send("two", f"{int(first) + 1} nobody: two")
    grace = await visit.connect(f"{room}?after={first}", "grace")
    await grace.expect(f"{int(first) + 1} nobody: two")
    await grace.send("three", f"{int(first) + 2} nobody: three")
    await ada.expect(f"{int(first) + 2} nobody: three")


ROOMS = faults(
    18,
    "websocket_app/rooms.py",
    right,
    (
        50,
        "never_rings.py",
        "Nobody hears what is said, until somebody else comes into the room.",
        "One client that says something shows it. Then let a second one come in.",
        "What wakes up the task that tells the room what is new?",
        "In rooms.py a message is stored, and nobody is told that there is one.",
    ),
)
HISTORY = faults(
    18,
    "websocket_app/history.py",
    right,
    (
        51,
        "once_more.py",
        "Who comes back hears the message again that it has heard last.",
        "Come back with ?after= and a number, and look at the number that comes first.",
        "Which numbers are after 7?",
        "In history.py a comparison lets one number too many through.",
    ),
)
