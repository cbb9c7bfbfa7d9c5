"""What goes wrong in a handler, and what is said of it: tables for test_faults_told.py."""

import textwrap

GOOD = """\
async def websocket_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            if event["text"] == "ping":
                await send({"type": "websocket.send", "text": "pong!"})
"""
ACCEPT = '            await send({"type": "websocket.accept"})\n'
PONG = '                await send({"type": "websocket.send", "text": "pong!"})\n'
LEAVE = """\
        if event["type"] == "websocket.disconnect":
            break

"""
TOP = "async def websocket_application(scope, receive, send):\n"


def instead(old: str, new: str, imports: str = "") -> str:
    """Return the good handler with `new`, indented like `old`, in its place."""
    assert GOOD.count(old) == 1
    margin = old[: len(old) - len(old.lstrip())]
    return imports + GOOD.replace(old, textwrap.indent(new, margin) + "\n" if new else "")


def before_it(line: str) -> str:
    return f"{line}\n\n\n{GOOD}"


def sends(event: str) -> tuple[str, str]:
    """Return the good handler sending another event instead of pong, and the line that does."""
    line = f"await send({event})"
    return instead(PONG, line), line


SLEEPS = "import asyncio\n\n\n"
REASON = '{"type": "websocket.close", "reason": "x" * 200}'
USER = "from django.contrib.auth.models import User\n\n\n"

# What goes wrong: the handler, the line that the sentence quotes ("" for none), and words that no other sentence has.
CASES = {
    "refuses after accept": (
        *sends('{"type": "websocket.http.response.start", "status": 404}'),
        "only a connection that is not accepted yet can be refused",
    ),
    "never accepts": (instead(ACCEPT, "pass"), "event = await receive()", "never sends websocket.accept"),
    "returns without accepting": (TOP + "    event = await receive()\n", "event = await receive()", "returns without"),
    "returns at once": (TOP + "    pass\n", "", "never called receive() or send()"),
    "raises before accept": (instead(ACCEPT, 'raise ValueError("no")'), 'raise ValueError("no")', "not accepted yet"),
    "raises after accept": (instead(PONG, '{}["x"]'), '{}["x"]', "raises KeyError: 'x'"),
    "sends before accept": (
        instead(ACCEPT, 'await send({"type": "websocket.send", "text": "hello"})'),
        'await send({"type": "websocket.send", "text": "hello"})',
        "websocket.send is sent before websocket.accept",
    ),
    "accepts twice": (*sends('{"type": "websocket.accept"}'), "a second time"),
    "misspelt event type": (*sends('{"type": "websocket.sent", "text": "pong!"}'), "is it 'websocket.send'?"),
    "an event of a page": (
        *sends('{"type": "http.response.start", "status": 200}'),
        "'http.response.start' for a scope of type websocket; is it 'websocket.http.response.start'?",
    ),
    "no event type": (*sends('{"text": "pong!"}'), "this one has none"),
    "text is no string": (*sends('{"type": "websocket.send", "text": 42}'), '"text" must be a string'),
    "text is None": (*sends('{"type": "websocket.send", "text": None}'), 'neither "text" nor "bytes"'),
    "neither text nor bytes": (*sends('{"type": "websocket.send"}'), 'neither "text" nor "bytes"'),
    "send without await": (
        instead(PONG, 'send({"type": "websocket.send", "text": "pong!"})'),
        'send({"type": "websocket.send", "text": "pong!"})',
        "send(...) is called without `await`",
    ),
    "accept without await": (
        instead(ACCEPT, 'send({"type": "websocket.accept"})'),
        'send({"type": "websocket.accept"})',
        "send(...) is called without `await`",
    ),
    "receive without await": (
        GOOD.replace("await receive()", "receive()"),
        "event = receive()",
        "receive(...) is called without `await`",
    ),
    "returns after one message": (instead(PONG, f"{PONG.strip()}\nreturn"), PONG.strip(), "Is a loop missing?"),
    "ignores disconnect": (GOOD.replace(LEAVE, ""), "event = await receive()", "goes on after websocket.disconnect"),
    "loops on after disconnect": (
        SLEEPS + instead("            break\n", "while True:\n    await asyncio.sleep(0.01)"),
        "await asyncio.sleep(0.01)",
        "goes on after websocket.disconnect",
    ),
    "sends after disconnect": (
        instead("            break\n", 'await send({"type": "websocket.send", "text": "bye"})\nbreak'),
        'await send({"type": "websocket.send", "text": "bye"})',
        "already left",
    ),
    "time.sleep": (instead(PONG, "time.sleep(60)", "import time\n\n\n"), "time.sleep(60)", "stands still"),
    "time.sleep for a moment": (
        instead(PONG, f"time.sleep(0.6)\n{PONG.strip()}", "import time\n\n\n"),
        "time.sleep(0.6)",
        "stood still for about 0.",
    ),
    "while True: pass": (instead(PONG, "while True:\n    pass"), "(while True:|pass)", "stands still"),
    "synchronous ORM call": (instead(PONG, "User.objects.count()", USER), "User.objects.count()", "an async form"),
    "close reason of 200 bytes": (*sends(REASON), "123 bytes"),
    "close code 1005": (*sends('{"type": "websocket.close", "code": 1005}'), "close code 1005"),
    "sends after close": (
        instead(PONG, f'await send({{"type": "websocket.close"}})\n{PONG.strip()}'),
        PONG.strip(),
        "nothing may follow a close",
    ),
    "raise SystemExit": (instead(PONG, "raise SystemExit"), "raise SystemExit", "raises SystemExit"),
    "os._exit": (instead(PONG, "os._exit(3)", "import os\n\n\n"), "", "ended with exit status 3"),
    "a task outlives its connection": (
        instead(ACCEPT, f"{ACCEPT.strip()}\ntask = asyncio.create_task(asyncio.sleep(60))", SLEEPS),
        "task = asyncio.create_task(asyncio.sleep(60))",
        "a task that its handler made runs on",
    ),
    "receive never called": (
        SLEEPS + TOP + '    await send({"type": "websocket.accept"})\n    await asyncio.sleep(60)\n',
        "await asyncio.sleep(60)",
        "never calls receive()",
    ),
    "floods": (instead(PONG, f"while True:\n    {PONG.strip()}"), PONG.strip(), "sends without end"),
    "a typo in an import": (before_it("import asincio"), "import asincio", "No module named 'asincio'"),
    "a name that does not exist": (instead(PONG, "await sent({})"), "await sent({})", "'sent' is not defined"),
    "such a name at import": (before_it("LIMIT = MOST"), "LIMIT = MOST", "'MOST' is not defined"),
    "not async": (
        "def websocket_application(scope, receive, send):\n    pass\n",
        "await websocket_application(scope, receive, send)",
        "`websocket_application` is missing `async`",
    ),
}
# The same for asgi.py.
ASGI_CASES = {
    "application missing": ("django_application = None\n", "", "defines no `application`"),
    "application no function": ("application = 5\n", "", "is of type int, not a function"),
    "application not async": ("def application(scope, receive, send):\n    pass\n", "", "`async def application`"),
    "wrong indentation": (
        "async def application(scope, receive, send):\nreturn\n",
        "return",
        "expected an indented",
    ),
}

TEXT = '            if event["text"] == "ping":\n'
BODY_OF_LOOP = textwrap.indent(GOOD[GOOD.index("        event = await receive()") :], "    ")
SWALLOWS = TOP + "    while True:\n        try:\n" + BODY_OF_LOOP.replace('event["text"]', 'event["message"]')
SWALLOWS += "        except:\n            pass\n"
NEVER = (
    TOP
    + "    event = await receive()\n"
    + textwrap.indent(textwrap.dedent(GOOD[GOOD.index("        if event") :]), " " * 8).join(
        ['    while event["type"] != "websocket.disconnect":\n', ""]
    )
)
TASK = "import asyncio\n\n\nasync def answer(send):\n    1 / 0\n\n\n"

# What MISTAKES of learners come to: the handler, the line that is quoted, words of the sentence, words that are not.
ROWS = {
    "match, of another text": (
        instead(TEXT + PONG, f'match event["text"]:\n    case "Ping":\n        {PONG.strip()}'),
        'case "Ping":',
        "It compares event\\[.text.\\] with 'Ping', and what came is 'ping'",
    ),
    "an exception after a standstill": (
        instead(PONG, 'time.sleep(0.4)\nevent["message"]', "import time\n\n\n"),
        'event["message"]',
        "raises KeyError: 'message'.*stood still for about 0",
    ),
    "asyncio.run in a handler": (
        instead(PONG, "asyncio.run(asyncio.sleep(0))", SLEEPS),
        "asyncio.run(asyncio.sleep(0))",
        "RuntimeError: asyncio.run\\(\\) cannot be called",
    ),
    "yield": (
        instead(PONG, 'yield {"type": "websocket.send", "text": "pong!"}'),
        'yield {"type": "websocket.send", "text": "pong!"}',
        "`yield` makes .* write `await send",
    ),
    "parentheses missing": (
        GOOD.replace("await receive()", "await receive"),
        "event = await receive",
        r"parentheses: `await receive\(\)`",
    ),
    "text and bytes": (*sends('{"type": "websocket.send", "text": "a", "bytes": b"a"}'), "both .* one or the other"),
    "raises CancelledError": (
        instead(PONG, "raise asyncio.CancelledError", SLEEPS),
        "raise asyncio.CancelledError",
        "raises CancelledError",
    ),
    "a task fails unseen": (
        TASK + instead(PONG, "asyncio.create_task(answer(send))"),
        "1 / 0",
        "raises ZeroDivisionError.*ended a task",
    ),
    "a task that is kept fails unseen": (
        TASK + instead(PONG, "task = asyncio.create_task(answer(send))"),
        "1 / 0",
        "raises ZeroDivisionError",
    ),
    "breakpoint": (instead(PONG, "breakpoint()"), "breakpoint()", "no terminal behind the server"),
    "input": (instead(PONG, 'input("? ")'), 'input("? ")', "no terminal behind the server"),
    "except: pass": (SWALLOWS, 'if event["message"] == "ping":', "raises KeyError: 'message'.*nothing was sent since"),
    "a text that never comes": (
        GOOD.replace('== "ping"', '== "pong"'),
        'if event["text"] == "pong":',
        "with 'pong', and what came is 'ping'",
    ),
    "a type that does not exist": (
        GOOD.replace('== "websocket.receive"', '== "websocket.message"'),
        'if event["type"] == "websocket.message":',
        "no event type 'websocket.message'",
    ),
    "never receives again": (NEVER, "event = await receive()", "a second time.*the same event again: no `receive"),
    "answer returned": (instead(PONG, 'return "pong!"'), 'return "pong!"', "returns 'pong!', which goes nowhere"),
    "parameters": (
        GOOD.replace("(scope, receive, send)", "(receive, send)"),
        "async def websocket_application(receive, send):",
        r"takes \(receive, send\), and it is called with \(scope, receive, send\)",
    ),
    "headers of strings": (
        instead(ACCEPT, 'await send({"type": "websocket.accept", "headers": [("x-a", "1")]})'),
        'await send({"type": "websocket.accept", "headers": [("x-a", "1")]})',
        r"pairs of bytes.*and \('x-a', '1'\) is not",
    ),
    "headers in a string": (
        instead(ACCEPT, 'await send({"type": "websocket.accept", "headers": "x-a: 1"})'),
        'await send({"type": "websocket.accept", "headers": "x-a: 1"})',
        "pairs of bytes.*and 'x-a: 1' is not",
    ),
    "a subprotocol nobody offered": (
        instead(ACCEPT, 'await send({"type": "websocket.accept", "subprotocol": "chat"})'),
        'await send({"type": "websocket.accept", "subprotocol": "chat"})',
        "offers no subprotocol.* accepted with 'chat'",
    ),
    "the notebook's name": (
        instead(PONG, "answer"),
        "answer",
        "name 'answer' is not defined.*The notebook has `answer`; the server",
    ),
    "an event sent that is received": (
        *sends('{"type": "websocket.receive", "text": "pong!"}'),
        "an event that an application receives",
    ),
}
