"""Mistakes in the memory of lesson 17, and what a right one does."""

import secrets

from tutorial.check import faults


async def right(visit):
    name = f"lobby-{secrets.token_hex(4)}"
    other = await visit.connect(f"/room/not-{name}", "alan")
    await other.send("elsewhere", "nobody: elsewhere")
    ada = await visit.connect(f"/room/{name}", "ada")
    await ada.send("one", "nobody: one")
    await ada.send("two", "nobody: two")
    grace = await visit.connect(f"/room/{name}", "grace")
    await grace.expect("nobody: one")
    await grace.expect("nobody: two")
    await grace.send("three", "nobody: three")
    await ada.expect("nobody: three")


HISTORY = faults(
    17,
    "websocket_app/history.py",
    right,
    (
        47,
        "every_room_at_once.py",
        "Who comes in hears what was said in other rooms as well.",
        "Let somebody speak in one room, and come into another one.",
        "Which messages does a new room remember?",
        "In history.py a query asks for more rows than those of one room.",
    ),
    (
        48,
        "newest_first.py",
        "Who comes in hears the last messages in the wrong order: the newest is the first.",
        "Say two things in a room, and come into it again.",
        "In which order were the two said, and in which order are they heard?",
        "In history.py the rows come with the newest first, and go on in that order.",
    ),
)
ROOMS = faults(
    17,
    "websocket_app/rooms.py",
    right,
    (
        49,
        "tells_what_is_not_kept.py",
        "All hear what is said, and who comes in later hears nothing of it.",
        "Say something in a new room, and come into it again.",
        "What does the room do with a message, besides telling it?",
        "In rooms.py a message goes to those who are there, and to nobody else.",
    ),
)
