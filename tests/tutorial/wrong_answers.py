"""Wrong answers that a learner may plausibly give to each exercise; every one has a message of its own."""

WHOLE = 'not origin or origin in [f"http://{host}", f"https://{host}"]'

# Plausible wrong answers: (what stands in the solution, what stands there instead), and words of their own message.
WRONG = {
    "1.1": {
        "body is a str": ([("text.encode()", "text")], "a body must be bytes"),
        "no start": (
            [('        await send({"type": "http.response.start", "status": 200})\n', "")],
            "An answer begins with http.response.start",
        ),
        "no body": (
            [('        await send({"type": "http.response.body", "body": text.encode()})\n', "")],
            "An answer ends with http.response.body",
        ),
        "always GET": ([('scope["method"] + ', '"GET" + ')], "The method is always GET"),
        "path only": ([('scope["method"] + " " + ', "")], "The method is missing"),
        "a fixed path": ([('scope["path"]\n', '"/scope"\n')], "must have the whole path"),
        "else lost": ([(' and scope["path"].startswith("/scope")', "")], "Only paths that begin with /scope"),
        "falls through": (
            [("    else:\n        await django", "    if True:\n        await django")],
            "Each request has one answer",
        ),
    },
    "2.1": {
        "type only": ([('print(scope["type"], scope["path"])', 'print(scope["type"])')], "the path is missing"),
        "path only": ([('print(scope["type"], scope["path"])', 'print(scope["path"])')], "the type is missing"),
        "a fixed path": ([('print(scope["type"], scope["path"])', 'print(scope["type"], "/")')], "always /"),
        "path for all": ([('print("unknown", scope["type"])', 'print("unknown", scope["path"])')], "KeyError"),
        "http only": ([('in ("http", "websocket")', '== "http"')], "Both http and websocket are known"),
        "in one branch": (
            [
                ('        print(scope["type"], scope["path"])\n', "        pass\n"),
                ("        await django_app", '        print("http", scope["path"])\n        await django_app'),
            ],
            "Only one of the two protocols",
        ),
        "unknown only": ([('print(scope["type"], scope["path"])', "pass")], "Nothing is printed for a request"),
        "no unknown": ([('print("unknown", scope["type"])', "pass")], "The lifespan call prints nothing"),
        "one word": ([('print("unknown", scope["type"])', 'print(scope["type"])')], "two words"),
        "else lost": (
            [("        raise NotImplementedError(f\"Unknown scope type {scope['type']}\")", "        pass")],
            "The else branch has to stay",
        ),
        "printed late": (
            [
                ('    if scope["type"] in ("http", "websocket"):\n        print(scope["type"], scope["path"])\n', ""),
                ('    else:\n        print("unknown", scope["type"])\n', ""),
                (
                    "        await django_application(scope, receive, send)\n",
                    '        await django_application(scope, receive, send)\n        print("http", scope["path"])\n',
                ),
            ],
            "printed after the request is answered",
        ),
    },
    "3.1": {
        "never down": ([("connected -= 1", "pass")], "The count never goes down"),
        "prints before": (
            [
                (
                    'connected += 1\n            print(connected, "connected")',
                    'print(connected, "connected")\n            connected += 1',
                ),
                (
                    'connected -= 1\n            print(connected, "connected")',
                    'print(connected, "connected")\n            connected -= 1',
                ),
            ],
            "printed before it changes",
        ),
        "after break": (
            [
                (
                    '            connected -= 1\n            print(connected, "connected")\n            break',
                    '            break\n            connected -= 1\n            print(connected, "connected")',
                )
            ],
            "what follows break does not run",
        ),
        "on connect only": (
            [('connected -= 1\n            print(connected, "connected")', "connected -= 1")],
            "only when a client comes",
        ),
        "reset": (
            [("    global connected\n", "    global connected\n    connected = 0\n")],
            "sets the count to 0 again",
        ),
        "number only": ([('print(connected, "connected")', "print(connected)")], "the word after it is missing"),
        "no print": ([('print(connected, "connected")', "pass")], "Nothing is printed"),
        "always more": ([("connected -= 1", "connected += 1")], "Every event counts one more"),
        "no global": ([("    global connected\n", "")], "UnboundLocalError"),
    },
    "4.1": {
        "whole text": ([('event["text"].removeprefix("echo ")', 'event["text"]')], "The whole text comes back"),
        "literal": ([('event["text"].removeprefix("echo ")', '"hello"')], "The answer is always hello"),
        "one word": ([('event["text"].removeprefix("echo ")', 'event["text"].split()[1]')], "Only one word comes back"),
        "replace": ([('removeprefix("echo ")', 'replace("echo ", "")')], 'Every "echo " is taken away'),
        "lstrip": ([("removeprefix", "lstrip")], "any of these letters"),
        "the space": ([('removeprefix("echo ")', 'removeprefix("echo")')], "with its space"),
        "begins with echo": ([('startswith("echo ")', 'startswith("echo")')], "echoes is another word"),
        "equal": ([('event["text"].startswith("echo ")', 'event["text"] == "echo"')], "It is not equal to it"),
        "ping lost": (
            [('event["text"] == "ping"', 'event["text"] == "pinging"')],
            "ping is not answered with pong!",
        ),
        "answers all": (
            [('if event["text"].startswith("echo "):', 'if event["text"] != "ping":')],
            "everything else is met with silence",
        ),
    },
    "4.2": {
        "shared": (
            [("async def", "count = 0\n\n\nasync def"), ("    count = 0\n    while", "    global count\n    while")],
            "All clients share one count",
        ),
        "in the loop": (
            [("    count = 0\n    while True:\n", "    while True:\n        count = 0\n")],
            "Every answer is number 1",
        ),
        "from 0": (
            [
                ("                count += 1\n", ""),
                ('"text": text})\n', '"text": text})\n                count += 1\n'),
            ],
            "The count begins at 0",
        ),
        "every message": (
            [
                ("                count += 1\n", ""),
                ('            if event["text"]', '            count += 1\n            if event["text"]'),
            ],
            "PING counts as well",
        ),
        "no number": ([('f"pong! {count}"', '"pong!"')], "The number is missing"),
        "lower": ([('event["text"] == "ping"', 'event["text"].lower() == "ping"')], "PING is not ping"),
    },
    "6.1": {
        "text": ([('"bytes": b"pong!"', '"text": "pong!"')], "answer with text"),
        "never equal": ([('== b"ping"', '== "ping"')], "Bytes and text are never equal"),
        "code 1000": ([('"code": 1003}', '"code": 1000}')], "says that all is well"),
        "closes for text": (
            [("if text is None:", 'if text != "ping":'), ('event["bytes"]', 'event.get("bytes")')],
            "only bytes may do that",
        ),
        "answers all": ([('if event["bytes"] == b"ping":', "if True:")], "All bytes are answered"),
        "never closes": (
            [('await send({"type": "websocket.close", "code": 1003})\n                    break', "pass")],
            "must close the connection",
        ),
    },
    "7.1": {
        "ValueError only": ([(", TypeError, KeyError, RecursionError", ", RecursionError")], "raises TypeError"),
        "no KeyError": ([("KeyError, ", "")], "raises KeyError"),
        "no RecursionError": ([(", RecursionError", "")], "with RecursionError"),
        "no ValueError": ([("ValueError, ", "")], "JSONDecodeError, a ValueError"),
        "never encodes": ([("                    hello.encode()\n", "")], "Half a character"),
        "code 1000": ([('"code": 4000', '"code": 1000')], "Close with 4000"),
        "silence": (
            [('await send({"type": "websocket.close", "code": 4000})\n                    break', "continue")],
            "not with silence",
        ),
        "always Ada": ([('json.loads(text)["name"]', 'str(json.loads(text)["name"] and "Ada")')], "not always Ada"),
    },
    "8.1": {
        "never discards": ([('scope["state"]["connections"].discard(send)', "pass")], "is still counted"),
        "a number": ([("str(len(", "(len(")], "must be a string"),
        "a set of its own": (
            [('scope["state"]["connections"].add(send)', 'scope["state"]["connections"] = {send}')],
            "shared with nobody",
        ),
        "adds 1": ([(".add(send)", ".add(1)"), (".discard(send)", ".discard(1)")], "equal things are one"),
        "never adds": ([('scope["state"]["connections"].add(send)', "pass")], "and not counted"),
    },
    "9.1": {
        "a fixed name": ([('f"Hello {name}"', '"Hello Ada"')], "Grace is greeted as Ada"),
        "the path": ([("{name}", "{scope['path']}")], "The whole path"),
        "no argument": (
            [("send, name)", "send)"), ("{name}", "{scope['path'][7:]}")],
            "comes as an argument of that name",
        ),
        "too early": (
            [
                ('    await send({"type": "websocket.send", "text": f"Hello {name}"})\n', ""),
                (
                    "    await receive()\n",
                    '    await receive()\n    await send({"type": "websocket.send", "text": f"Hello {name}"})\n',
                ),
            ],
            "before websocket.accept",
        ),
        "says nothing": (
            [('    await send({"type": "websocket.send", "text": f"Hello {name}"})\n', "")],
            "Nothing is said",
        ),
        "no address": ([('    path("hello/<str:name>", hello_application),\n', "")], "No address fits"),
    },
    "10.1": {
        "never accepts": ([('    await send({"type": "websocket.accept"})\n', "")], "an HTTP answer, 403"),
        "stays open": (
            [('    await send({**close, "reason": "Members only"})\n', "    await receive()\n")],
            "stays open",
        ),
        "code 1000": ([('"code": 4403', '"code": 1000')], "says that all is well"),
        "another code": ([('"code": 4403', '"code": 4401')], "The code is another one"),
        "no reason": ([('{**close, "reason": "Members only"}', "close")], "has no reason"),
        "another reason": ([('"Members only"', '"Go away"')], "The reason is another text"),
        "a message": (
            [
                (
                    '    close = {"type"',
                    '    await send({"type": "websocket.send", "text": "Members only"})\n    close = {"type"',
                )
            ],
            "nothing but the close frame",
        ),
        "no address": ([('    path("members", members_application),\n', "")], "No address fits"),
    },
    "11.1": {
        "no strangers": ([(' if known else "stranger"', "")], "AnonymousUser has none"),
        "str(user)": (
            [('user.get_username() if known else "stranger"', "str(user)")],
            "Django's name for a stranger",
        ),
        "any cookie": (
            [
                ('user = scope["user"]', 'cookie = dict(scope["headers"]).get(b"cookie", b"")'),
                ("            known = user.is_authenticated\n", ""),
                ('user.get_username() if known else "stranger"', '"ada" if b"sessionid" in cookie else "stranger"'),
            ],
            "A made-up cookie",
        ),
        "always ada": ([("user.get_username() if", '"ada" if')], "Not everyone is ada"),
        "a User": ([("user.get_username() if", "user if"), ('f"Hello {name}"', '"Hello " + name')], "not a string"),
        "all strangers": (
            [('user.get_username() if known else "stranger"', '"stranger"')],
            "as a stranger",
        ),
        "says nothing": (
            [('            await send({"type": "websocket.send", "text": f"Hello {name}"})\n', "")],
            "Nothing is said",
        ),
    },
    "12.1": {
        "startswith": ([(WHOLE, 'not origin or origin.startswith((f"http://{host}", f"https://{host}"))')], "goes on"),
        "endswith": ([(WHOLE, "not origin or origin.endswith(host)")], "begins otherwise"),
        "http only": ([(', f"https://{host}"]', "]")], "Behind TLS"),
        "no programs": ([("not origin or ", "")], "A program sends no Origin"),
        "any scheme": ([(WHOLE, 'not origin or origin.partition("://")[2] == host')], "The scheme is part"),
        "null": ([(WHOLE, f'{WHOLE} or origin == "null"')], "null is an origin"),
        "everybody": ([(WHOLE, "True")], "Everybody may connect"),
        "nobody": ([(WHOLE, "not origin or origin == host")], "Your own page is refused"),
    },
    "13.1": {
        "no limit": ([("asyncio.timeout(1)", "asyncio.timeout(60)")], "Nothing happens to a client"),
        "code 1000": ([('"code": 4408', '"code": 1000')], "says that all is well"),
        "not caught": ([("except TimeoutError", "except ValueError")], "TimeoutError leaves your handler"),
        "one second for all": (
            [
                ("    while True:\n", "    end = asyncio.get_running_loop().time() + 1\n    while True:\n"),
                ("asyncio.timeout(1)", "asyncio.timeout_at(end)"),
            ],
            "each message begins the second anew",
        ),
        "ping lost": ([('== "ping"', '== "pinging"')], "ping must be answered"),
        "says so": (
            [
                (
                    '            await send({"type": "websocket.close", "code": 4408})\n            break',
                    '            await send({"type": "websocket.send", "text": "late"})\n            continue',
                )
            ],
            "nothing but the close frame",
        ),
    },
    "14.1": {
        "100 are too many": ([("> 100", ">= 100")], "Exactly 100 characters"),
        "bytes": ([("len(text)", "len(text.encode())")], "count characters"),
        "too many": ([("> 100", "> 1000")], "101 characters are too many"),
        "code 1008": ([('"code": 1009', '"code": 1008')], "a code of its own"),
        "code 1000": ([('"code": 1009', '"code": 1000')], "says that all is well"),
        "every text": ([('if text == "ping":', "if text:")], "Only ping is answered"),
        "ping lost": ([('text == "ping"', 'text == "pinging"')], "ping is short"),
    },
    "15.1": {
        "awaited": ([("task = tasks.create_task(work())", "await work()")], "the handler may not await it"),
        "only called": (
            [("task = tasks.create_task(work())", "task = work()"), ("task.cancel()", "task.close()")],
            "makes a coroutine",
        ),
        "left behind": (
            [
                (
                    "                if task:\n                    task.cancel()\n                break",
                    "                return",
                )
            ],
            "cancel its task at websocket.disconnect",
        ),
        "raises": ([("tasks.create_task(work())", "tasks.create_task(work)")], "Your handler raises"),
        "says so": (
            [
                (
                    "task = tasks.create_task(work())\n",
                    'task = tasks.create_task(work())\n'
                    '                    await send({"type": "websocket.send", "text": "begins"})\n',
                )
            ],
            "it only prints",
        ),
    },
    "15.2": {
        "never done": ([("task and not task.done()", "task")], "ask task.done()"),
        "many at once": ([('text == "work" and busy', 'text == "working" and busy')], "answered with busy"),
        "always busy": ([("task and not task.done()", "True")], "The first work is silent"),
        "stop is silent": (
            [('                    await send({"type": "websocket.send", "text": "stopped"})\n', "")],
            "stop is answered with stopped",
        ),
        "stop does not end it": (
            [("                    task.cancel()\n                    await asyncio.wait([task])\n", "")],
            "The work goes on",
        ),
        "raises": ([("asyncio.wait([task])", "task")], "Your handler raises"),
    },
    "16.1": {
        "to all": ([("everybody - {send}", "list(everybody)")], "Whoever says something hears it"),
        "to nobody": ([("everybody - {send}", "everybody - everybody")], "Not all others hear it"),
        "raises": ([("everybody - {send}", "everybody - send")], "Your handler raises"),
        "another text": ([('"text": event["text"]', '"text": "somebody: " + event["text"]')], "goes on as it came"),
    },
    "16.2": {
        "not kept": ([("            last = message\n", "")], "it has to be kept for all"),
        "the first": ([("            last = message\n", "            last = last or message\n")], "This is the first"),
        "raises": ([("    global last\n", "")], "Your handler raises"),
        "not to oneself": ([("in list(everybody)", "in everybody - {send}")], "the one who says it as well"),
    },
}
