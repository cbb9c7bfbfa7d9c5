"""Lesson 10: Saying no."""

from tutorial.check import ANYTHING, NOTHING, closed, exercise, status


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
members.mistakes = [
    ("a guest", status(403), "A close before websocket.accept is an HTTP answer, 403: accept first, then close."),
    ("a guest", status(404), 'No address fits: path("members", members_application) stands in the table.'),
    ("a guest", status(500), "It ends before it has accepted: receive websocket.connect, accept, then close."),
    ("a guest", NOTHING, "The connection stays open: close it once you have accepted."),
    ("a guest", (closed(1000), closed(1005)), "This code says that all is well. Close with 4403."),
    ("a guest", closed(1011), "The handler raises before it closes: its line stands in the log."),
    ("a guest", ANYTHING, "A guest is told nothing but the close frame: code 4403."),
    ("a guest", (closed(4401), closed(403), closed(1008)), "The code is another one: 4403."),
    ("the reason", NOTHING, 'The close frame has no reason: "reason" is one more key of the event.'),
    ("the reason", ANYTHING, "The reason is another text: Members only."),
]
