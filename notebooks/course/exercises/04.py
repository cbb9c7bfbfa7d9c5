"""Lesson 4: ping, pong!"""

from tutorial.check import ANYTHING, NOTHING, entries, exercise

HANDLER = "websocket_app/websocket.py"


@exercise("4.1", "A second command", "core", saves=HANDLER, was="4.1")
async def echo(visit):
    client = await visit.connect()
    await client.send("ping", "pong!")
    await client.send("echo hello", "hello")
    await client.send("echo echo one two", "echo one two")
    for text in ("PING", "", "echoes"):
        await client.send(text, NOTHING)
    await client.send("ping", "pong!")
    await client.leave()


echo.hints = [
    "The command is the beginning of the text, and the answer is the rest of it.",
    'str has what you need: "echo hello".startswith("echo ") and "echo hello".removeprefix("echo ").',
    'if event["text"].startswith("echo "):\n    text = event["text"].removeprefix("echo ")\nand then send it.',
]
echo.why = (
    "startswith asks whether the command is there, removeprefix takes it away once. Whatever "
    "follows is the client's, even another echo."
)
ONE_WORD = 'Only one word comes back: send all that follows the first "echo ".'
echo.mistakes = [
    ("ping", NOTHING, "ping is not answered with pong! any more: keep the first command and add the second."),
    ("echo hello", NOTHING, 'echo hello is not answered: does the text begin with "echo "? It is not equal to it.'),
    ("echo hello", "echo hello", 'The whole text comes back: send only what follows "echo ".'),
    ("echo hello", " hello", 'The space belongs to the command: take away "echo ", with its space.'),
    ("echo hello", "llo", "strip and lstrip take away any of these letters; removeprefix takes away a word."),
    ("echo echo one two", "hello", 'The answer is always hello: send what follows "echo ", whatever it is.'),
    ("echo echo one two", ("echo", "one", "two"), ONE_WORD),
    ("echo echo one two", "one two", 'Every "echo " is taken away, and only the first is the command: removeprefix.'),
    ("echoes", ANYTHING, 'echoes is another word: the command ends with a space, "echo ".'),
    ("PING", ANYTHING, "Only ping and echo are answered; everything else is met with silence."),
    ("", ANYTHING, "Only ping and echo are answered; everything else is met with silence."),
]


@exercise("4.2", "A count of its own", "core", saves=HANDLER, was="4.2")
async def count(visit):
    first = await visit.connect()
    await first.send("ping", "pong! 1")
    await first.send("ping", "pong! 2")
    second = await visit.connect()
    await second.send("ping", "pong! 1")
    await first.send("PING", NOTHING)
    await first.send("ping", "pong! 3")
    await first.leave()
    await second.leave()


count.hints = [
    "uvicorn calls the function once for each client: a variable inside it belongs to that client alone.",
    "count = 0 stands before the loop, count += 1 where ping is answered.",
    'count += 1\nawait send({"type": "websocket.send", "text": f"pong! {count}"})',
]
count.why = (
    "A variable of the function belongs to one call, and one call is one connection. That is the "
    "place for whatever one client owns."
)
count.mistakes = [
    ("PING", ANYTHING, "PING is not ping: it is met with silence."),
    ("ping", "pong!", 'The number is missing: pong!, a space, then the count, as in f"pong! {count}".'),
    ("ping", "pong! 0", "The count begins at 0, and so does the answer: count first, then send."),
    ("ping", "pong! 1", "Every answer is number 1: set the count to 0 once, before the loop."),
    ("ping", "pong! 3", "All clients share one count: make it inside the function, where each has its own."),
    ("ping", "pong! 4", "PING counts as well: count where ping is answered."),
]


@exercise("4.3", "In any case", "warm-up", saves=HANDLER)
async def any_case(visit):
    client = await visit.connect()
    for text in ("ping", "PING", "PiNg"):
        await client.send(text, "pong!")
    for text in ("pinging", " ping", ""):
        await client.send(text, NOTHING)
    await client.leave()


any_case.hints = [
    "str has a method that makes all letters small.",
    'if event["text"].lower() == "ping":',
]
any_case.why = (
    "One comparison with the text in small letters covers all sixteen ways to write ping. Who "
    "lists them by hand forgets one."
)


def any_case_mistakes(visit):
    step = visit.wrong
    silent = {  # and should not be
        "ping": "ping itself is not answered any more: compare small letters with small letters.",
        "PING": "PING is not answered: make the text small, then compare once.",
        "PiNg": "PiNg is not answered: make the text small, then compare once.",
    }
    answered = {  # and should not be
        "pinging": "pinging is another word: the whole text must be ping.",
        " ping": "A space in front of ping makes it another text: do not strip it.",
        "": "An empty text gets silence.",
    }
    if answered.keys() <= {each.sent for each in visit.steps if each.came == "pong!"}:
        return 'Every text is answered, even an empty one: or "PING" alone is always true, and so is lower without ().'
    return silent.get(step.sent) if step.came is NOTHING else answered.get(step.sent)


any_case.mistakes = any_case_mistakes


@exercise("4.4", "Slow, but not for others", "hard", saves=HANDLER)
async def slow(visit):
    one, two = await visit.connect("/", "who is slow"), await visit.connect("/", "the other")
    await one.socket.send("slow")
    await one.expect(NOTHING)
    await two.send("ping", "pong!")
    await one.send("ping", NOTHING)
    await one.expect("done")
    await one.expect("pong!")
    await one.leave()
    await two.leave()


slow.hints = [
    "Waiting in async code begins with await.",
    "asyncio.sleep(1) waits for a second, and lets others go on; import asyncio first.",
    'await asyncio.sleep(1)\nawait send({"type": "websocket.send", "text": "done"})',
]
slow.why = (
    "await hands the thread to whoever can go on, for as long as this call waits. The client's own "
    "next message waits in receive, because one connection is one call, which does one thing after "
    "the other."
)


def mistakes(visit):
    step = visit.wrong
    if entries(visit, "raise"):
        return None  # what Python says about it is shown already
    if step.expected == "pong!":
        return "ping must be answered as before."
    if step.came == "done" and entries(visit, "blocked"):
        return "The other client waited as well: time.sleep holds everybody. await asyncio.sleep(1)"
    if step.came == "done":
        return "done came at once: wait before you send it. asyncio.sleep(1) without await does nothing."
    if step.sent == "ping":
        return "The slow client's ping is answered before done: wait in the handler itself, not in a task beside it."
    return "done does not come: send it after the wait."


slow.mistakes = mistakes
