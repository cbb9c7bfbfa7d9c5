"""Mistakes in the two files of lessons 2 to 5, and what right ones do."""

from tutorial.check import ANYTHING, NOTHING, faults


async def right(visit):
    await visit.get("/", ANYTHING)
    client = await visit.connect()
    await client.send("ping", "pong!")
    await client.send("PING", NOTHING)
    await client.leave()


ROUTED = faults(
    5,
    "websocket_app/asgi.py",
    right,
    (
        16,
        "looks_at_http_version.py",
        "The application raises an exception before it receives anything. The client gets 500, and pages are fine.",
        "A client that connects shows it; the page in a browser does not.",
        "Which rows stand between the call and its end? And which scope came?",
        "In asgi.py, the first `if` is true for WebSockets as well: their scope has that key, too.",
    ),
)
LEFT = faults(
    5,
    "websocket_app/websocket.py",
    right,
    (
        17,
        "no_text_at_goodbye.py",
        "The application raises an exception when the client leaves. The client notices nothing.",
        "The client sees nothing wrong. Let it leave, then read its timeline to the end.",
        "What does the application do after websocket.disconnect?",
        "After websocket.disconnect a key of the event is read that this event does not have.",
    ),
)
