"""Lesson 4: ping, pong!"""

from tutorial.check.exercise import Exercise
from tutorial.check.visit import NOTHING, Visit

TOP = "async def websocket_application(scope, receive, send):\n"
LOOP = """\
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            if event["text"] == "ping":
"""
PONG = '                await send({"type": "websocket.send", "text": "pong!"})\n'

ECHO = """\
            if event["text"].startswith("echo "):
                text = event["text"].removeprefix("echo ")
                await send({"type": "websocket.send", "text": text})
"""


async def check_echo(visit: Visit) -> None:
    client = await visit.connect()
    await client.ask("ping", "pong!")
    await client.ask("echo hello", "hello")
    await client.ask("echo echo one two", "echo one two")
    for text in ("PING", "", "echoes"):
        await client.silence(text)
    await client.ask("ping", "pong!")
    await client.close()
    visit.sound()


def mistake_echo(visit: Visit) -> str | None:
    came, expected = visit.last.came, visit.last.expected
    if visit.last.sent.endswith("'ping'") and came == NOTHING:
        return "ping is no longer answered with pong!: the second command stands beside the first, not in its place."
    if visit.last.sent.endswith("'ping'"):
        return None
    if expected is NOTHING and isinstance(came, str):
        if "echoes" in visit.last.sent:
            return "echoes is another word: the command ends with a space, \"echo \"."
        return "Only ping and echo are answered; everything else is met with silence."
    if expected == "hello":
        if came == NOTHING:
            return "echo hello is not answered: does the text begin with \"echo \"? It is not equal to it."
        if came == "echo hello":
            return "The whole text comes back: send only what stands behind \"echo \"."
        if came == " hello":
            return "The space belongs to the command: take away \"echo \", with its space."
        if came == "llo":
            return "strip and lstrip take away any of these letters; removeprefix takes away a word."
    if expected == "echo one two":
        if came == "hello":
            return "The answer is always hello: send what stands behind \"echo \", whatever that is."
        if came in ("echo", "one", "two"):
            return "Only one word comes back: send all that stands behind the first \"echo \"."
        if came == "one two":
            return "Every \"echo \" is taken away, and only the first is the command: use removeprefix."
    return None


COUNT = "    # TODO: count the pings of this client\n"
NUMBERED = """\
                count += 1
                await send({"type": "websocket.send", "text": f"pong! {count}"})
"""


async def check_count(visit: Visit) -> None:
    first = await visit.connect()
    await first.ask("ping", "pong! 1")
    await first.ask("ping", "pong! 2")
    second = await visit.connect()
    await second.ask("ping", "pong! 1")
    await first.silence("PING")
    await first.ask("ping", "pong! 3")
    await first.close()
    await second.close()
    visit.sound()


def mistake_count(visit: Visit) -> str | None:
    came, steps = visit.last.came, [step for step in visit.steps if "ping" in step.sent]
    if visit.last.expected is NOTHING and isinstance(came, str):
        return "PING is no ping: it is met with silence."
    if came == "pong!":
        return "The number is missing: pong!, a space, then the count, as in f\"pong! {count}\"."
    if came == "pong! 0":
        return "The count begins at 0, and so does the answer: count first, then send."
    if len(steps) == 2 and came == "pong! 1":
        return "Every answer is number 1: set the count to 0 once, before the loop."
    if (len(steps) == 3 and came == "pong! 3") or (
        len(steps) == 1 and isinstance(came, str) and came.startswith("pong! ")
    ):
        return "All clients share one count: make it inside the function, where each connection has its own."
    if len(steps) == 4 and came == "pong! 4":
        return "PING counts as well: count where ping is answered."
    return None


EXERCISES = [
    Exercise(
        number="4.1",
        title="A second command",
        starter=TOP + LOOP + PONG + '            # TODO: answer "echo hello" with "hello"\n',
        solution=TOP + LOOP + PONG + ECHO,
        hints=(
            "The command is the beginning of the text, and the answer is the rest of it.",
            'str has what you need: "echo hello".startswith("echo ") and "echo hello".removeprefix("echo ").',
            'if event["text"].startswith("echo "):\n    text = event["text"].removeprefix("echo ")\nand then send it.',
        ),
        check=check_echo,
        mistake=mistake_echo,
    ),
    Exercise(
        number="4.2",
        title="A count of its own",
        starter=TOP + COUNT + LOOP + PONG,
        solution=TOP + "    count = 0\n" + LOOP + NUMBERED,
        hints=(
            "uvicorn calls the function once for each client: a variable inside it belongs to that client alone.",
            "count = 0 stands before the loop, count += 1 where ping is answered.",
            'count += 1\nawait send({"type": "websocket.send", "text": f"pong! {count}"})',
        ),
        check=check_count,
        mistake=mistake_count,
    ),
]
