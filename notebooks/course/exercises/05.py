"""Lesson 5: From the browser."""

import hashlib
import time

from tutorial.check.exercise import Exercise
from tutorial.check.visit import Came, Visit
from tutorial.record.events import written

STARTER = """\
async def client():
    async with connect(server.url) as ws:
        pass  # TODO: the frames that the client sends

asyncio.run(client())
"""
FRAMES = """\
        await ws.send("ping")
        await ws.recv()
        await ws.send("PING")
        await ws.send("ping")
        await ws.recv()
        await ws.close(4001)
"""
EXPECTED = ["text 'ping'", "text 'PING'", "text 'ping'", "close frame 4001"]
OPEN, LOST, MISSING = "the connection is still open", "no close frame", "nothing more"


def newest(server) -> dict | None:
    """Return the newest WebSocket connection that the server remembers."""
    found = [connection for connection in server.connections() if connection["type"] == "websocket"]
    return found[-1] if found else None


def frames(connection: dict) -> list[str]:
    """Return what the client of a connection sent, frame by frame, in words."""
    found = []
    for entry in connection["entries"]:
        event = entry["event"] if entry["kind"] == "receive" else {}
        if event.get("type") == "websocket.receive":
            found.append(f"text {written(event['text'])}" if event.get("text") is not None else "a binary frame")
        if event.get("type") == "websocket.disconnect":
            found.append(f"close frame {event['code']}" if "reason" in event else LOST)
    return [*found, OPEN] if connection["open"] else found


def attempt(server) -> str | None:
    connection = newest(server)
    sent = frames(connection) if connection else []
    if not any(frame.startswith(("text", "a binary")) for frame in sent):
        return None
    return hashlib.sha256(repr(sent).encode()).hexdigest()[:16]


async def check(visit: Visit) -> None:
    connection, since = newest(visit.server), time.perf_counter()
    visit.ports.append(connection["client"])
    came = frames(connection)
    for number, expected in enumerate(EXPECTED):
        visit.step(f"frame {number + 1}", Came(expected), Came(came[number] if number < len(came) else MISSING), since)
    visit.step("then", Came(MISSING), Came(came[4] if len(came) > 4 else MISSING), since)


def mistake(visit: Visit) -> str | None:
    came = frames(visit.connections()[-1])
    if "text 'pong!'" in came:
        return "pong! is not the client's: in the timeline it goes from your application to the client."
    if OPEN in came:
        return "The connection is still open: the timeline ends with a close frame from the client."
    if came[-1:] == [LOST]:
        return "The client went without a close frame: close with ws.close(4001), and let it finish."
    if came[:-1] == EXPECTED[:-1]:
        code = came[-1].removeprefix("close frame ")
        if code in ("1000", "1005"):
            return "The frames are right, and the close code is not: the client chooses it, as in ws.close(4001)."
        return f"The frames are right, and the close code {code} is not the timeline's."
    if "text 'PING'" not in came:
        return "One frame is missing, the one that gets no answer: look for receive without a send behind it."
    if sorted(came[:-1]) == sorted(EXPECTED[:-1]):
        return "These are the frames, in another order: follow the timeline from top to bottom."
    return None


EXERCISES = [
    Exercise(
        number="5.1",
        title="Read a timeline",
        path=None,
        starter=STARTER,
        solution=STARTER.replace("        pass  # TODO: the frames that the client sends\n", FRAMES),
        hints=(
            "Each receive in the timeline is a frame that the client sent; each send is one that it got.",
            "Not every frame is answered, so not every ws.send has a ws.recv behind it.",
            "The last frame is the client's, and it has a code: await ws.close(4001).",
        ),
        check=check,
        mistake=mistake,
        attempt=attempt,
    )
]
