"""A mistake in lifespan.py of lesson 8, and what a right one does."""

from tutorial.check import faults

GOES_ON, IS_OVER = "it waits for the shutdown", "it is over"


async def right(visit):
    client = await visit.connect()
    await client.send("ping", "pong!")
    await client.leave()
    alive = any(each["open"] for each in visit.report()["connections"] if each["type"] == "lifespan")
    visit.step("the lifespan call", GOES_ON, GOES_ON if alive else IS_OVER)


ALL = faults(
    8,
    "websocket_app/lifespan.py",
    right,
    (
        25,
        "starts_and_leaves.py",
        "The lifespan call ends right after lifespan.startup.complete: it will not hear of the shutdown.",
        "Clients see nothing wrong. Draw the lifespan call: %timeline lifespan",
        "Which row comes after lifespan.startup.complete?",
        "The loop is left once too often.",
    ),
)
