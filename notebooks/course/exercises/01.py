"""Lesson 1: Django speaks ASGI."""

from tutorial.check import ANYTHING, DROPPED, Came, exercise, status

ONCE, TWICE = Came("has one answer"), Came("goes on to Django, too")


def passed(connection):
    """Return the entries of a connection's record that are events, in order."""
    return [entry for entry in connection["entries"] if entry["kind"] in ("receive", "send")]


@exercise("1.1", "What is in a scope", "warm-up", saves="websocket_app/asgi.py", was="1.1")
async def scope(visit):
    await visit.get("/scope", "GET /scope")
    await visit.get("/scope/hello", "GET /scope/hello")
    await visit.get("/scope/x", "POST /scope/x", method="POST")
    await visit.get("/other", status(404))  # Django has no such page
    # An event that passes inside Django has no line of the learner's.
    django = [entry for connection in visit.record[:3] for entry in passed(connection) if "line" not in entry]
    visit.step("each request", ONCE, TWICE if django else ONCE)


scope.hints = [
    "An answer over HTTP is two events: http.response.start with a status, http.response.body with a body.",
    'The text is in scope["method"] and scope["path"]. A body is bytes: text.encode() makes them.',
    'await send({"type": "http.response.start", "status": 200})\n'
    'and below it the same with "http.response.body" and "body".',
]
scope.why = (
    "An answer is two events: the start has the status and the headers, the body has bytes, "
    "because that is what travels. Every path that you do not answer is passed to Django with the "
    "same three arguments."
)


def mistakes(visit):
    step = visit.wrong
    sent = [entry["event"] for entry in passed(visit.record[-1]) if entry["kind"] == "send"]
    kinds = [event.get("type") for event in sent]
    if step.did == "GET /other":
        return "Only paths that begin with /scope are yours: every other request goes on to django_application."
    if step.came is TWICE:
        return "Each request has one answer, yours or Django's: what you have answered goes no further."
    if isinstance(step.came, str):
        if step.came.startswith("/"):
            return 'The method is missing: scope["method"], a space, then scope["path"].'
        if step.expected.startswith("POST") and step.came.startswith("GET"):
            return 'The method is always GET: take it from scope["method"].'
        if step.expected.startswith(step.came):
            return 'The body must have the whole path: scope["path"].'
        return None
    if "http.response.body" in kinds and "http.response.start" not in kinds:
        return "An answer begins with http.response.start, which has the status; http.response.body comes second."
    if kinds == ["http.response.start"]:
        return "An answer ends with http.response.body, and that event is missing."
    if sent and isinstance(sent[-1].get("body"), str):
        return "The body is a string, and a body must be bytes: text.encode() makes them."
    return "This request is yours to answer, with two events: http.response.start, then http.response.body."


scope.mistakes = mistakes


@exercise("1.2", "How long is the body", "core", saves="websocket_app/asgi.py")
async def length(visit):
    for body in (b"hello", "éé".encode(), b"x" * 300_000, b""):
        await visit.get("/length", str(len(body)), "POST", body)
    await visit.get("/nowhere", status(404))


length.hints = [
    "Receive in a loop, and add up the lengths of the parts.",
    'event.get("more_body", False) says whether another part follows.',
    'while more:\n    event = await receive()\n    length += len(event.get("body", b""))\n'
    '    more = event.get("more_body", False)',
]
length.why = (
    "A body may be larger than what fits into memory, so it comes in parts; the server knows only "
    "with the last one that it was the last. Both keys may be missing, because ASGI gives them "
    "default values: no body, and nothing more to come."
)
length.mistakes = [
    ("POST /length, 5 bytes", "0", 'The length is still 0: add len(event["body"]) to it.'),
    ("POST /length, 5 bytes", (status(500), DROPPED), "A body must be bytes: str(length).encode() makes them."),
    ("POST /length, 4 bytes", "2", "These are two letters in four bytes: count the bytes, before you decode them."),
    (
        "POST /length, 300000 bytes",
        ANYTHING,
        "The body comes in several events: receive until more_body is missing or False, and add up the lengths.",
    ),
    ("GET /nowhere", ANYTHING, "Every other path is still Django's."),
]
