"""Lesson 10: Saying no."""

from tutorial.check import ACCEPTED, ANYTHING, DROPPED, NOTHING, closed, entries, exercise, status
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus


@exercise("10.1", "Members only", "core", saves="websocket_app/routing.py")
async def members(visit):
    client = await visit.connect("/members", "a guest")
    await client.expect(closed(4403))
    reason = client.socket.close_reason
    visit.step("the reason", "Members only", reason or NOTHING)
    await visit.refused("/nowhere", 404)
    client = await visit.connect("/", "another one")
    await client.send("ping", "pong!")
    await client.leave()


members.hints = [
    "A page hears the code of a close frame, and a close frame needs an open connection: accept first.",
    'After websocket.accept: "type", "code" and "reason" of one event.',
    'await send({"type": "websocket.accept"})\n'
    'await send({"type": "websocket.close", "code": 4403, "reason": "Members only"})',
]
members.why = (
    "The page must know why, so the handler accepts first. A client that is no page could as well "
    "be refused before accept, with 403 and no code."
)
members.mistakes = [
    ("a guest", status(403), "A close before websocket.accept is an HTTP answer, 403: accept first, then close."),
    ("a guest", status(404), 'No address fits: path("members", members_application) stands in the table.'),
    ("a guest", NOTHING, "The connection stays open: close it once you have accepted."),
    ("a guest", (closed(1000), closed(1005)), "This code says that all is well. Close with 4403."),
    ("a guest", ANYTHING, "A guest is told nothing but the close frame: code 4403."),
    ("a guest", (closed(4401), closed(403), closed(1008)), "The code is another one: 4403."),
    ("the reason", NOTHING, 'The close frame has no reason: "reason" is one more key of the event.'),
    ("the reason", ANYTHING, "The reason is another text: Members only."),
]


@exercise("10.2", "Gone", "warm-up", saves="websocket_app/routing.py")
async def gone(visit):
    await visit.refused("/old", 410)
    visit.step("the body", "moved to /new", await body(visit, "/old"))
    await visit.refused("/nowhere", 404)
    client = await visit.connect()
    await client.send("ping", "pong!")
    await client.leave()


async def body(visit, path):
    """Return what a refusal says."""
    try:
        async with connect(f"ws://localhost:{visit.server.port}{path}", user_agent_header=visit.sign()):
            return "nothing, because it was accepted"
    except InvalidStatus as error:
        return (error.response.body or b"").decode().strip()


gone.hints = [
    "refusal(status, reason) makes an application, and path() takes an application.",
    'gone = refusal(410, "moved to /new")',
    'path("old", gone)',
]
gone.why = (
    "A refusal is an application like any other, so it can have an address. 404 says that there is "
    "nothing; 410 says that there was something, and that asking again is useless."
)
gone.mistakes = [
    ("/old", status(404), '404 came: /old has no line in the table, path("old", …).'),
    ("/old", ACCEPTED, "/old was let in: a refusal answers before it accepts. refusal(410, …) makes one."),
    ("/old", status(403), "403 came, and no word: websocket.close has no status. refusal(410, …) has one."),
    ("/old", ANYTHING, "The status is another one: 410."),
    ("the body", ANYTHING, "The body says something else: moved to /new"),
]


@exercise("10.3", "Choose a language", "hard", saves="websocket_app/websocket.py")
async def language(visit):
    for offered, chosen in ((["v1", "v2"], "v2"), (["v2", "v1"], "v2"), (["v1"], "v1"), (["v3", "v1"], "v1")):
        client = await visit.connect("/", f"offers {', '.join(offered)}", subprotocols=offered)
        visit.step(f"chosen of {', '.join(offered)}", chosen, client.socket.subprotocol or "none")
        await client.leave()
    await visit.connect("/", "offers v3", status(403), subprotocols=["v3"])
    await visit.connect("/", "offers nothing", status(403))
    errors = [entry["text"] for entry in entries(visit, "print") if entry.get("path") == "websocket_app/errors.py"]
    visit.step("errors in the log", "", " / ".join(errors))


language.hints = [
    "Go through your own languages, the best first, and take the first that was offered.",
    "A loop with else: what stands below else runs if no break ended the loop.",
    'for language in ("v2", "v1"):\n    if language in scope["subprotocols"]:\n'
    '        break\nelse:\n    await send({"type": "websocket.close"})\n'
    "    return",
]
language.why = (
    "The order of the loop is the server's own, so the client's order does not count. A client "
    "that offers nothing speaks no language of yours: to accept it would only postpone the "
    "misunderstanding."
)
language.mistakes = [
    ("chosen of v1, v2", "v1", "v1 was chosen where v2 was offered as well: your order counts, not the client's."),
    ("chosen of v1, v2", "none", 'None was chosen: "subprotocol" is a key of websocket.accept.'),
    ("offers v1", status(403), "A client that speaks v1 only was refused: you speak v1 as well."),
    ("offers v1", DROPPED, "A client that offers v1 alone ends the handshake: choose only from what it offers."),
    ("offers v3", ACCEPTED, "A client that speaks v3 only was let in: refuse it before you accept."),
    ("errors in the log", ANYTHING, "After its no the handler goes on, and raises: return once you have closed."),
    ("offers nothing", ACCEPTED, "A client that offers nothing was let in: refuse it before you accept."),
]
