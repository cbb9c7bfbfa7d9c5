"""Lesson 12: Whose page is it?"""

from tutorial.check import ACCEPTED, exercise, status

NO = status(403)


@exercise("12.1", "Compare it whole", "core", saves="websocket_app/origin.py")
async def compare(visit):
    own = f"localhost:{visit.server.port}"
    origins = {
        "your own page": (f"http://{own}", ACCEPTED),
        "your own page, over TLS": (f"https://{own}", ACCEPTED),
        "a program, without an origin": (None, ACCEPTED),
        "evil.example": ("http://evil.example", NO),
        "your host in front of evil.example": (f"http://{own}.evil.example", NO),
        "your host behind evil": (f"http://evil-{own}", NO),
        "your host in a path": (f"http://evil.example/{own}", NO),
        "null": ("null", NO),
        "another scheme": (f"ftp://{own}", NO),
    }
    for name, (origin, expected) in origins.items():
        client = await visit.connect("/", name, expected, origin=origin)
        if expected is ACCEPTED:
            await client.leave()


compare.hints = [
    "Which texts may an origin be? There are two, and both have the host in them.",
    'f"http://{host}" is one of them. Ask whether the origin is in a list of two.',
    'if not origin or origin in [f"http://{host}", f"https://{host}"]:',
]
IN_FRONT = "This origin begins with your host, and goes on: who owns evil.example can name a host as they like."
compare.mistakes = [
    ("your own page", (NO, status(500)), "Your own page is refused: its origin is http:// and the host."),
    ("your own page, over TLS", NO, "Behind TLS the same page comes from https:// and the host."),
    ("a program, without an origin", (NO, status(500)), "A program sends no Origin, and may pass."),
    ("evil.example", ACCEPTED, "Everybody may connect: compare the origin."),
    ("your host in front of evil.example", ACCEPTED, IN_FRONT),
    ("your host behind evil", ACCEPTED, "This origin ends with your host, and begins otherwise: compare it whole."),
    ("your host in a path", ACCEPTED, "This origin ends with your host, in a path: compare it whole."),
    ("null", ACCEPTED, "null is an origin, of a page that hides where it comes from. It is not your own."),
    ("another scheme", ACCEPTED, "The scheme is part of an origin: only http and https are a page's."),
]
