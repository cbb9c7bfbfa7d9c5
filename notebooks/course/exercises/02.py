"""Lesson 2: One application, two protocols."""

from tutorial.check import ACCEPTED, ANYTHING, NOTHING, Came, entries, exercise, status

EARLY, LATE = Came("prints first"), Came("prints after the answer")


@exercise("2.1", "Every connection names itself", "warm-up", saves="websocket_app/asgi.py", was="2.1")
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
    printed = [entry["text"] for entry in lifespan["entries"] if entry["kind"] == "print"]
    raised = [entry["name"] for entry in lifespan["entries"] if entry["kind"] == "raise"]
    if raised != ["NotImplementedError"]:
        return Came(f"raises {raised[0]}" if raised else "returns")
    return " / ".join(printed) or NOTHING


names.hints = [
    "uvicorn calls application once for each request or WebSocket, and once at its start. Print at its very top.",
    "A lifespan scope has no path. Decide by the type what to print.",
    'if scope["type"] in ("http", "websocket"):\n    print(scope["type"], scope["path"])',
]
names.why = (
    "The line stands before the branches, because it is for every call. lifespan has no path, so "
    "its type is asked for before the path is read."
)

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


@exercise("2.2", "Say no on purpose", "core", saves="websocket_app/asgi.py")
async def refuse(visit):
    await visit.refused("/", 403)
    await visit.refused("/chat", 403)
    await visit.get("/nowhere", status(404))


refuse.hints = [
    "Receive the event websocket.connect, then send one event.",
    'await receive()\nawait send({"type": "websocket.close"})',
]
refuse.why = (
    "A server cannot leave a client without an answer. Who says nothing gets 500 from it, which "
    "means: our mistake. Who sends websocket.close before websocket.accept gets 403, which means: "
    "not for you."
)
refuse.mistakes = [
    ("/", status(500), 'Nothing was sent, so uvicorn answered for you: await send({"type": "websocket.close"}).'),
    ("/", ACCEPTED, "The client was let in: send websocket.close, and no websocket.accept before it."),
    ("/", NOTHING, "The client still waits: nothing was sent, and the application goes on."),
    ("GET /nowhere", ANYTHING, "Pages are still Django's: refuse only where the type is websocket."),
]


@exercise("2.3", "Who answered what", "hard", saves="websocket_app/asgi.py")
async def told(visit):
    await visit.get("/nowhere", status(404))
    await visit.prints("/nowhere 404")
    await visit.get("/")
    await visit.prints("/ 200")
    await visit.refused("/", ANYTHING)


told.hints = [
    "Your send gets every event that Django sends: look at its type.",
    'if event["type"] == "http.response.start":\n    print(scope["path"], event["status"])',
]
told.why = (
    "Django does not know who is behind `send`, and need not know. Whoever calls an application "
    "may hand it a function of their own that looks at each event and passes it on. Part II is "
    "built of this idea."
)


def told_mistakes(visit):
    printed = {
        "nothing": "Nothing is printed when Django answers a page.",
        "404": 'The path is missing: print(scope["path"], event["status"]).',
        "/nowhere": 'The status is missing: print(scope["path"], event["status"]).',
        "/nowhere 404": "It is always the same line: the path is in the scope, the status in the event.",
    }
    if entries(visit, "raise"):
        return None  # what Python says about it is shown already
    if visit.wrong.did == "GET /nowhere":
        return "The answer does not reach the client: pass each event on, await send(event)."
    return printed.get(str(visit.wrong.came), "One line for each page: only http.response.start has a status.")


told.mistakes = told_mistakes
