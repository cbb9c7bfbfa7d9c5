"""Mistakes in origin.py of lesson 12, and what a right one does."""

from tutorial.check import ACCEPTED, faults, status


async def right(visit):
    own = f"http://localhost:{visit.server.port}"
    origins = {
        "your own page": (own, ACCEPTED),
        "a program, without an origin": (None, ACCEPTED),
        "evil.example": ("http://evil.example", status(403)),
        "your origin in front of evil.example": (
            f"{own}.evil.example",
            status(403),
        ),
    }
    for name, (origin, expected) in origins.items():
        client = await visit.connect("/", name, expected, origin=origin)
        if expected is ACCEPTED:
            await client.leave()


ALL = faults(
    12,
    "websocket_app/origin.py",
    right,
    (
        33,
        "starts_with.py",
        "A page whose origin only begins like this server's gets 101.",
        "Try origins: the server's own, http://evil.example, the server's own with .evil.example behind it.",
        "Compare the status of each handshake with its Origin header.",
        "The whole text of an origin must agree. How is it compared?",
    ),
    (
        34,
        "no_programs.py",
        "A client without an Origin header gets 403.",
        "The page is fine. Connect from a cell, without an origin.",
        "Is there an Origin among the headers of the scope?",
        "A page cannot leave out its Origin; a program may. What does check_origin do with None?",
    ),
)
