"""Mistakes in what brings messages of other processes into a room, and what a right one does."""

import asyncio
import secrets

from tutorial.check import ANYTHING, NOTHING, faults

LOOK = 1  # second, as in broker.py


async def store(room, text):
    """Be another process: this one rings for nobody."""
    from websocket_app.models import Message  # only now: Django is set up when a check begins

    return (await Message.objects.acreate(room=room, who="other", text=text)).id


async def hear(client, text):
    """Expect a message; a list of who is here may come before."""
    while isinstance(came := await client.receive(text), str) and came.startswith("Here: "):
        pass
    client.visit.step(f"{client.name}: listens", text, came, client.name, client.agent)


async def right(visit):
    one, two = (f"{name}-{secrets.token_hex(4)}" for name in ("one", "two"))
    ada = await visit.connect(f"/room/{one}?after=999999999", "ada")
    grace = await visit.connect(f"/room/{two}?after=999999999", "grace")
    await ada.send("hello", ANYTHING)
    first, second = await store(one, "first"), await store(two, "second")
    await asyncio.sleep(LOOK / 2)
    await hear(ada, f"{first} other: first")
    await hear(grace, f"{second} other: second")
    await hear(ada, NOTHING)


BROKER = faults(
    19,
    "websocket_app/broker.py",
    right,
    (
        52,
        "never_looks.py",
        "What another process stores is not told until somebody says something here.",
        "Store a message from the notebook: Message.objects.create(room=..., who=..., text=...). It rings for nobody.",
        "Which row comes a second later? And after somebody in the room has said something?",
        "In broker.py a function is named and not called.",
    ),
)
CHAT = faults(
    19,
    "websocket_app/chat.py",
    right,
    (
        53,
        "one_room.py",
        "What another process stores is told in one room, and in no other.",
        "Clients in two rooms show it. Store a message for each from the notebook: Message.objects.create(...).",
        "Which of both clients gets a row websocket.send, and is it always the same one?",
        "In chat.py a loop over the rooms ends too early.",
    ),
    (
        54,
        "again_and_again.py",
        "A message is told again, once a second.",
        "One client that says something shows it, if it stays for some seconds.",
        "Count the rows websocket.send with the same number.",
        "Which line of chat.py remembers what was told?",
    ),
)
