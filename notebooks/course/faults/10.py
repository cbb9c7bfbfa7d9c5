"""Mistakes in refuse.py of lesson 10, and what a right one does."""

from tutorial.check import faults


async def right(visit):
    await visit.refused("/nowhere", 404)
    client = await visit.connect("/echo")
    await client.send("hello", "hello")
    await client.leave()


ALL = faults(
    10,
    "websocket_app/refuse.py",
    right,
    (
        29,
        "no_end.py",
        "The status of a refusal is sent, but its answer never ends: the client waits for the rest and gives up.",
        "Connect to an address that does not exist, such as /nowhere.",
        "Read the keys of websocket.http.response.body.",
        "The body says that more of it will come.",
    ),
    (
        30,
        "status_200.py",
        "A refusal has status 200.",
        "Connect to an address that does not exist, and read what the client's error says.",
        "Read the keys of websocket.http.response.start.",
        "The status is a number in the file, and should be what refusal() was called with.",
    ),
)
