"""Lesson 2: One application, two protocols."""

from tutorial.check import ANYTHING, NOTHING, Came, exercise

EARLY, LATE = Came("prints first"), Came("prints after the answer")


@exercise("2.1", "Every connection names itself", "warm-up", saves="websocket_app/asgi.py")
async def names(visit):
    await visit.get("/one", ANYTHING)
    await visit.prints("http /one")
    await visit.refused("/two", ANYTHING)
    await visit.prints("websocket /two")
    kinds = [entry["kind"] for entry in visit.record[0]["entries"]]
    visit.step("GET /one", EARLY, LATE if "print" in kinds[1:] else EARLY)
    visit.step("the server starts", "unknown lifespan", start(visit))


def start(visit):
    """Return what the application prints when the server starts, or how else it ends than it must."""
    lifespan = next(each for each in visit.report()["connections"] if each["type"] == "lifespan")
    entries = lifespan["entries"]
    printed = [entry["text"] for entry in entries if entry["kind"] == "print"]
    raised = [entry["name"] for entry in entries if entry["kind"] == "raise"]
    if raised != ["NotImplementedError"]:
        return Came(f"raises {raised[0]}" if raised else "returns")
    return " / ".join(printed) or NOTHING


names.hints = [
    "uvicorn calls application once for each request or WebSocket, and once at its start. Print at its very top.",
    "A lifespan scope has no path. Decide by the type what to print.",
    'if scope["type"] in ("http", "websocket"):\n    print(scope["type"], scope["path"])',
]

PRINTED = {
    ("http", "websocket"): 'The type is printed, and the path is missing: print(scope["type"], scope["path"]).',
    ("/one", "/two"): 'The path is printed, and the type is missing: print(scope["type"], scope["path"]).',
    ("http /", "websocket /"): 'The path is always /: take it from scope["path"].',
    ("nothing", "nothing"): "Nothing is printed for a request: call print in application, before the first if.",
}
STARTED = {
    "raises KeyError": 'A lifespan scope has no path, so scope["path"] raises KeyError: look at scope["type"] first.',
    "lifespan": "A type that is neither http nor websocket prints two words, unknown and the type.",
    "unknown": "A type that is neither http nor websocket prints two words, unknown and the type.",
    "nothing": "The lifespan call prints nothing: print unknown and the type for whatever is not http or websocket.",
    "returns": "The else branch has to stay: NotImplementedError tells uvicorn that lifespan is not handled.",
}


def mistakes(visit):
    requests = tuple(str(step.came) for step in visit.steps if step.expected in ("http /one", "websocket /two"))
    if any(step.came is LATE for step in visit.steps):
        return "The line is printed after the request is answered: print before you pass the call on."
    if "unknown http" in requests or "unknown websocket" in requests:
        return "Both http and websocket are known, and print their type and their path."
    if requests in (("http /one", "nothing"), ("nothing", "websocket /two")):
        return "Only one of the two protocols prints: the line belongs before the first if, not inside a branch."
    return PRINTED.get(requests) or STARTED.get(str(visit.steps[-1].came))


names.mistakes = mistakes
