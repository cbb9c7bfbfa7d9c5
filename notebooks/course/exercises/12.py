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
compare.why = (
    "Both allowed texts are written out whole, so nothing can stand before or behind them. "
    "Browsers send scheme, host and port in exactly this form."
)
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


@exercise("12.2", "The friend's subdomains", "hard", saves="websocket_app/origin.py")
async def friends(visit):
    for origin, expected in FRIENDS.items():
        client = await visit.connect("/", str(origin), expected, origin=origin)
        if expected is ACCEPTED:
            await client.leave()


FRIENDS = {
    "https://a.friend.example": ACCEPTED,
    "https://a.b.friend.example": ACCEPTED,
    "https://evilfriend.example": NO,
    "http://a.friend.example": NO,
    "https://a.friend.example.evil.example": NO,
    "https://evil.example": NO,
    None: NO,
}


friends.hints = [
    "Take the origin apart: the scheme stands before ://, the host behind it.",
    "The host must end with the friend's name, and the dot before it belongs to it.",
    'scheme, _, host = origin.partition("://")\nif scheme == "https" and host.endswith(".friend.example"):',
]
friends.why = (
    "Names are owned from their end: who owns friend.example owns all that ends with "
    ".friend.example. Without the dot, anybody can register evilfriend.example. And a page that "
    "came without TLS may have been changed on its way."
)
friends.mistakes = [
    ("https://a.friend.example", (NO, status(500)), "A friend is refused: its host ends with .friend.example."),
    ("https://a.b.friend.example", NO, "A subdomain of a subdomain is the friend's as well: endswith."),
    ("https://evilfriend.example", ACCEPTED, "evilfriend.example came in: the dot belongs to what you compare."),
    (
        "http://a.friend.example",
        ACCEPTED,
        "http:// came in: the scheme is part of an origin, and only https is a friend's.",
    ),
    (
        "https://a.friend.example.evil.example",
        ACCEPTED,
        "This host begins with the friend's name and is evil.example's: it must end with it.",
    ),
    ("None", (ACCEPTED, status(500)), "A program came in, or raised an error: without an origin it is refused."),
]
