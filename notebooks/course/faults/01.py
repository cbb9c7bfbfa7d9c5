"""Mistakes around the application of lesson 1, and what a right one does."""

from tutorial.check import ANYTHING, faults, status


async def right(visit):
    await visit.get("/", ANYTHING)
    await visit.get("/nowhere", status(404))


ALL = faults(
    1,
    "websocket_app/asgi.py",
    right,
    (
        38,
        "one_page_for_all.py",
        "Every address is answered with status 200, also one that the project does not have.",
        "Ask for a page that cannot exist, as the cell with urlopen does, and read the status.",
        "Which path does the client ask for, and which page does it get?",
        "In asgi.py Django gets a scope in which one value was replaced.",
    ),
    (
        39,
        "sends_nothing.py",
        "The application returns, and has sent nothing. Every page is answered with status 500.",
        "Open any page, and read its timeline.",
        "Which rows stand between the call and its end?",
        "In asgi.py an application is called, and nobody waits for it.",
    ),
)
