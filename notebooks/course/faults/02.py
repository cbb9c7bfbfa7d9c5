"""Mistakes in the application of lesson 2, and what a right one does."""

from tutorial.check import ANYTHING, Came, faults

RETURNS, RAISES = Came("returns"), Came("raises NotImplementedError")


def end(connection):
    """Return how the call of a connection ended."""
    raised = [entry["name"] for entry in connection["entries"] if entry["kind"] == "raise"]
    return Came(f"raises {raised[0]}") if raised else RETURNS


async def right(visit):
    await visit.get("/", ANYTHING)
    await visit.refused("/", ANYTHING)
    visit.step("the WebSocket's call", RETURNS, end(visit.record[-1]))
    lifespan = next(each for each in visit.report()["connections"] if each["type"] == "lifespan")
    visit.step("the call at the server's start", RAISES, end(lifespan))


ALL = faults(
    2,
    "websocket_app/asgi.py",
    right,
    (
        40,
        "silent_at_the_start.py",
        "When the server starts, the application returns, and raises nothing for a scope that it does not know.",
        "No client shows it. %timeline lifespan draws the server's start.",
        "How many types of scope are there, and what becomes of each?",
        "asgi.py has one branch for each type that it knows, and nothing for all others.",
    ),
    (
        41,
        "websockets_to_django.py",
        "For a WebSocket the application raises ValueError. For a page all is well.",
        "A client that connects shows it. Read its timeline.",
        "What does the exception say, and who says it?",
        "In asgi.py both branches lead to the same application.",
    ),
)
