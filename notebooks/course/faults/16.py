"""Mistakes in the rooms of lesson 16, and what right ones do."""

from tutorial.check import NOTHING, faults


async def right(visit):
    ada = await visit.connect("/room/kitchen", "ada")
    grace = await visit.connect("/room/kitchen", "grace")
    alan = await visit.connect("/room/hall", "alan")
    await ada.send("hello", "nobody: hello")
    await grace.expect("nobody: hello")
    await alan.expect(NOTHING)
    await ada.expect("Here: nobody, nobody")
    await grace.expect("Here: nobody, nobody")
    await grace.leave()
    await ada.expect("Here: nobody")


ALL = faults(
    16,
    "websocket_app/rooms.py",
    right,
    (
        45,
        "heard_in_every_room.py",
        "What is said in one room is heard in every other room as well.",
        "Two clients in two rooms show it.",
        "Who gets a message, and in which rooms are they?",
        "In rooms.py a loop goes over more than the clients of one room.",
    ),
    (
        46,
        "no_list_after_leaving.py",
        "A client leaves, and the others get no new list of who is here.",
        "Two clients in one room show it: one leaves, the other listens for two seconds.",
        "After which events is a list sent, and after which is it missing?",
        "In rooms.py the list is told after one of the two changes of a room.",
    ),
)
