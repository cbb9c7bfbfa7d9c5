"""Mistakes in the handler of lesson 4, and what a right one does."""

from tutorial.check import NOTHING, faults

HANDLER = "websocket_app/websocket.py"
FREE, HELD = "others go on", "everybody waits"


async def right(visit):
    one, two = await visit.connect(), await visit.connect()
    for client in (one, two):
        await client.send("ping", "pong!")
        await client.send("ping", "pong!")
    for text in ("PING", "", " ping"):
        await one.send(text, NOTHING)
    await two.send("ping", "pong!")
    await one.send("ping", "pong!")
    await one.leave()
    await two.leave()
    blocked = [e for c in visit.record for e in c["entries"] if e["kind"] == "blocked" and e.get("path") == HANDLER]
    visit.step("while one is answered", FREE, HELD if blocked else FREE)


ALL = faults(
    4,
    HANDLER,
    right,
    (
        6,
        "never_answers.py",
        "ping arrives as websocket.receive, and nothing is sent after it. A second ping is not answered either.",
        "A client that sends ping twice, and does not wait in between, shows it.",
        "What is sent after each websocket.receive?",
        "The text is compared with a word that is not ping, letter for letter.",
    ),
    (
        7,
        "wrong_key.py",
        "websocket.send is sent after ping, but it has no text, so no frame reaches the client.",
        "A client that sends ping shows it.",
        "Read the keys of the event that is sent after ping.",
        "The dictionary of websocket.send has a key that the specification does not know.",
    ),
    (
        8,
        "answers_once.py",
        "The first ping is answered. Then the application returns, and the connection drops.",
        "A client that sends ping, waits for the answer and sends ping again shows it.",
        "Which row comes directly after websocket.send?",
        "Below the answer stands a line that leaves the loop.",
    ),
    (
        9,
        "answers_all.py",
        "Every text is answered with pong!, PING too.",
        "A client that sends ping sees nothing wrong. Send something else.",
        "Compare each text that is received with what is sent after it.",
        "An `if` on the text is missing.",
    ),
    (
        10,
        "sleeps.py",
        "The answer comes some hundred milliseconds late, and meanwhile no other client gets an answer.",
        "Two clients that send ping at the same moment show it. Look at the times.",
        "How much time passes between websocket.receive and websocket.send? And for the second client?",
        "Before the answer stands a call that holds the thread. It has no `await`.",
    ),
    (
        11,
        "one_behind.py",
        "A ping is answered only when the next message comes.",
        "A client that sends ping twice, and does not wait in between, shows it.",
        "After which websocket.receive is the first websocket.send?",
        "The answer is kept in a variable, and sent at the next turn of the loop.",
    ),
    (
        12,
        "loses_every_second.py",
        "The event after each answered ping is received and forgotten.",
        "A client that sends ping twice, and does not wait in between, shows it.",
        "Count the rows of websocket.receive, and those of websocket.send.",
        "There are two calls of `receive` in the loop, and the event of the second is never looked at.",
    ),
    (
        13,
        "wrong_client.py",
        "With two clients, an answer goes to the other client.",
        "One client sees nothing wrong. Connect two, let the first one send ping, and read %timeline 2.",
        "In which column is the answer to the first client's ping?",
        "A variable outside the function is shared by all clients. What does this one hold?",
    ),
    (
        14,
        "bytes_for_text.py",
        "The answer to ping is a binary frame, not a text frame.",
        "A client that prints the answer to ping shows it.",
        "Read the keys of the event that is sent after ping.",
        'The answer is sent under the key "bytes".',
    ),
    (
        15,
        "answers_twice.py",
        "One ping gets two answers.",
        "A client that sends ping, and then reads two messages, shows it.",
        "Count the rows of websocket.send after one websocket.receive.",
        "The answer stands there twice.",
    ),
)
