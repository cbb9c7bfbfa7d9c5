"""Mistakes in errors.py of lesson 7, and what a right one does, above a handler that raises ValueError on boom."""

from tutorial.check import closed, faults


async def right(visit):
    for texts in ((), ("ping",)):
        client = await visit.connect()
        for text in texts:
            await client.send(text, "pong!")
        await client.send("boom", closed(1011))
        received = client.socket.protocol.close_rcvd
        visit.step(
            f"{client.name}: the reason",
            "",
            received.reason if received else "",
            None,
            client.agent,
        )
        visit.excused.add(client.agent)


ALL = faults(
    7,
    "websocket_app/errors.py",
    right,
    (
        22,
        "only_accept.py",
        "An error before the first answer is closed with 1011; after an answer the connection is left open.",
        "Send boom to a new connection; then, on another one, ping and after it boom.",
        "Compare the last rows of the two connections.",
        "errors.py looks at what was sent last, to know if it may still close. Which events count?",
    ),
    (
        23,
        "tells_all.py",
        "The close frame with 1011 tells the client the text of the exception.",
        "Send boom, and print the code and the reason of the close frame.",
        "Read all keys of websocket.close.",
        "What went wrong is for the log. Where does errors.py put it as well?",
    ),
    (
        24,
        "all_is_well.py",
        "An error is closed with 1000, as if all were well.",
        "Send boom, and print the close code.",
        "Which code has the event websocket.close?",
        "In errors.py two closes are made, and both have the same code.",
    ),
    beside={"websocket_app/websocket.py": "handler.py"},
    about="For this fault, websocket.py raises ValueError when the text is boom; that is on purpose.",
)
