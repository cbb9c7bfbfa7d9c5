"""Lesson 5: From the browser."""

from tutorial.check import NOTHING, Came, closed, entries, exercise

FRAMES = ["ping", "PING", "ping", closed(4001), NOTHING]


def frames(events):
    """Return what a client sent: its messages, then how it left."""
    texts = [event.get("text") for event in events if event["type"] == "websocket.receive"]
    found = [text if isinstance(text, str) else Came("another message") for text in texts]
    left = [event for event in events if event["type"] == "websocket.disconnect"]
    # A close frame has a reason, even if it is empty.
    return found + [closed(event["code"] if "reason" in event else 1006) for event in left]


@exercise("5.1", "Read a timeline", "core", was="5.1")
async def client(visit):
    came = frames(await visit.learner())
    for number, expected in enumerate(FRAMES):
        visit.step(f"frame {number + 1}", expected, came[number] if number < len(came) else NOTHING)


client.hints = [
    "Each receive in the timeline is a frame that the client sent; each send is one that it got.",
    "Not every frame is answered, so not every ws.send has a ws.recv after it.",
    "The last frame is the client's, and it has a code: await ws.close(4001).",
]
client.why = (
    "Every row of a timeline has one cause: a text frame for each send, a close frame for "
    "close(4001). What the application sends back needs nothing from you."
)


def mistakes(visit):
    came = frames(visit.sent)
    texts, end = [frame for frame in came if isinstance(frame, str)], came[-1]
    if "pong!" in texts:
        return "pong! is not the client's: in the timeline it goes from your application to the client."
    if visit.judged[0]["open"]:
        return "The connection is still open: the timeline ends with a close frame from the client."
    if isinstance(end, str):
        return None  # the handler ended before its client did
    if end == closed(1006):
        return "The client left without a close frame: close with ws.close(4001), and let it finish."
    if texts == FRAMES[:3]:
        if end.code in (1000, 1005):
            return "The frames are right, and the close code is not: the client chooses it, as in ws.close(4001)."
        return f"The frames are right, and the close code {end.code} is not the timeline's."
    if "PING" not in texts:
        return "One frame is missing, the one that gets no answer: look for a receive with no send after it."
    if sorted(texts) == sorted(FRAMES[:3]):
        return "These are the frames, in another order: follow the timeline from top to bottom."
    return None


client.mistakes = mistakes


@exercise("5.2", "A page of your own", "warm-up", saves="websocket_app/urls.py")
async def about(visit):
    await visit.get("/about", "This site speaks WebSocket.")
    await visit.get("/")
    came = visit.steps[-1].came
    visit.step("the console", "a page", "a page" if isinstance(came, str) else str(came))
    client = await visit.connect()
    await client.send("ping", "pong!")
    await client.leave()


about.hints = [
    "A view takes the request and returns an HttpResponse; path() gives it an address.",
    'return HttpResponse("This site speaks WebSocket.")',
    'path("about", about)',
]
about.why = (
    "A view knows nothing of WebSockets, and the handler nothing of pages. Both are the same "
    "Django project, so both may use its settings, its models and its users."
)


def about_mistakes(visit):
    step = visit.wrong
    came = {
        "404 Not Found": "404: Django's paths begin without a slash, path(\"about\", about).",
        "301 Moved Permanently": 'The address has a slash at its end: path("about", about) has none.',
        "500 Internal Server Error": "A view returns HttpResponse(text), not the text. Other errors: open /about.",
        "nothing": 'No page came within a second. Ask for it in a cell, urlopen(server.http_url + "about"): '
        "below the cell stands what is wrong in urls.py.",
    }
    if entries(visit, "raise"):
        return None  # urls.py itself: what Python says about it is shown already
    if step.did == "GET /about":
        another = "The page is there, with another text: This site speaks WebSocket."
        return another if isinstance(step.came, str) else came.get(str(step.came))
    return 'The console has lost its address: path("", console) stays.' if step.did == "the console" else None


about.mistakes = about_mistakes
