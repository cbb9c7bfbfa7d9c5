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
    "1.2": {
        'one receive': (
            [
                (
                    "        while more:\n            event = await receive()\n"
                    '            length += len(event.get("body", b""))\n'
                    '            more = event.get("more_body", False)\n',
                    '        event = await receive()\n        length = len(event.get("body", b""))\n',
                )
            ],
            'The body comes in several events',
        ),
        'letters': (
            [('len(event.get("body", b""))', 'len(event.get("body", b"").decode(errors="ignore"))')],
            'two letters in four bytes',
        ),
        'body is a str': ([('str(length).encode()', 'str(length)')], 'A body must be bytes'),
    },
    "2.2": {
        'says nothing': ([('        await send({"type": "websocket.close"})\n', '')], 'uvicorn answered for you'),
        'yes first': (
            [
                (
                    '        await send({"type": "websocket.close"})\n',
                    '        await send({"type": "websocket.accept"})\n'
                    '        await send({"type": "websocket.close"})\n',
                )
            ],
            'The client was let in',
        ),
        'waits': (
            [('        await send({"type": "websocket.close"})\n', '        await receive()\n')],
            'The client still waits',
        ),
        'pages, too': (
            [
                (
                    '        await django_application(scope, receive, send)\n',
                    '        await send({"type": "websocket.close"})\n',
                )
            ],
            "Pages are still Django's",
        ),
    },
    "2.3": {
        'not passed on': ([('        await send(event)\n', '')], 'pass each event on'),
        'path only': ([('print(scope["path"], event["status"])', 'print(scope["path"])')], 'The status is missing'),
        'status only': ([('print(scope["path"], event["status"])', 'print(event["status"])')], 'The path is missing'),
        'every event': (
            [
                (
                    '        if event["type"] == "http.response.start":\n'
                    '            print(scope["path"], event["status"])\n',
                    '        print(scope["path"], event.get("status"))\n',
                )
            ],
            'only http.response.start has a status',
        ),
        'a constant': ([('print(scope["path"], event["status"])', 'print("/nowhere 404")')], 'always the same line'),
    },
    "3.2": {
        'after break': (
            [
                (
                    '            print("left with", event["code"])\n            break\n',
                    '            break\n            print("left with", event["code"])\n',
                )
            ],
            'what follows break does not run',
        ),
        'a constant': ([('event["code"]', '1000')], 'The second client left with 4001'),
        'only the number': ([('print("left with", event["code"])', 'print(event["code"])')], 'The words are missing'),
        'every event': (
            [
                ('            print("left with", event["code"])\n', ''),
                (
                    '        event = await receive()\n',
                    '        event = await receive()\n        print("left with", event.get("code"))\n',
                ),
            ],
            'One line when a client leaves',
        ),
    },
    "3.3": {
        'one seat': ([('connected == 2', 'connected == 1')], 'there are two seats'),
        'yes first': (
            [
                (
                    '            if connected == 2:\n',
                    '            if connected == 2:\n                await send({"type": "websocket.accept"})\n',
                )
            ],
            'A third client was let in',
        ),
        'never given back': ([('            connected -= 1\n', '')], 'give the seat back'),
        'counts the refused': (
            [
                ('            if connected == 2:\n', '            connected += 1\n            if connected > 2:\n'),
                (
                    '            connected += 1\n            await send({"type": "websocket.accept"})\n',
                    '            await send({"type": "websocket.accept"})\n',
                ),
            ],
            'count nobody who was refused',
        ),
        'says nothing': (
            [('                await send({"type": "websocket.close"})\n', '')],
            'gets no answer from you',
        ),
    },
    "4.3": {
        'a list of two': (
            [('event["text"].lower() == "ping"', 'event["text"] in ("ping", "PING")')],
            'PiNg is not answered',
        ),
        'begins with': (
            [('event["text"].lower() == "ping"', 'event["text"].lower().startswith("ping")')],
            'the whole text must be ping',
        ),
        'stripped': ([('event["text"].lower()', 'event["text"].lower().strip()')], 'do not strip it'),
        'upper': ([('event["text"].lower()', 'event["text"].upper()')], 'ping itself is not answered'),
    },
    "4.4": {
        'time.sleep': (
            [('import asyncio\n', 'import time\n'), ('await asyncio.sleep(1)', 'time.sleep(1)')],
            'time.sleep holds everybody',
        ),
        'no await': ([('await asyncio.sleep(1)', 'asyncio.sleep(1)')], 'without await does nothing'),
        'never done': (
            [('                await send({"type": "websocket.send", "text": "done"})\n', '')],
            'send it after the wait',
        ),
        'ping lost': ([('"pong!"', '"done"')], 'ping must be answered as before'),
    },
    "5.2": {
        'a slash first': ([('path("about"', 'path("/about"')], "Django's paths begin without a slash"),
        'a slash last': ([('path("about"', 'path("about/"')], 'a slash at its end'),
        'returns text': (
            [('HttpResponse("This site speaks WebSocket.")', '"This site speaks WebSocket."')],
            'A view returns HttpResponse',
        ),
        'another text': ([('speaks WebSocket.', 'speaks HTTP.')], 'with another text'),
        'console lost': ([('    path("", console, name="console"),\n', '')], 'The console has lost its address'),
    },
    "6.2": {
        'only break': (
            [
                (
                    '                close = {"type": "websocket.close", "reason": "bye bye"}\n'
                    "                await send(close)\n",
                    '',
                )
            ],
            'nobody closes',
        ),
        'no reason': ([(', "reason": "bye bye"', '')], 'The reason is missing'),
        'says it': (
            [('{"type": "websocket.close", "reason": "bye bye"}', '{"type": "websocket.send", "text": "bye bye"}')],
            'The reason came as a text',
        ),
        'begins with': ([('text == "bye"', 'text.startswith("bye")')], 'bye bye is another text'),
        '1001': ([('"reason": "bye bye"', '"reason": "bye bye", "code": 1001')], '1001 says that the page is left'),
    },
    "6.3": {
        'not cut': ([('text.encode()[:123].decode(errors="ignore")', 'text')], 'at most 123 bytes'),
        'letters cut': ([('text.encode()[:123].decode(errors="ignore")', 'text[:123]')], 'cut bytes, not letters'),
        'half a letter': ([('decode(errors="ignore")', 'decode()')], 'The cut went through a letter'),
        'too short': ([('[:123]', '[:100]')], 'shorter than it has to be'),
    },
    "7.2": {
        'no finally': (
            [
                (
                    "        try:\n            await application(scope, receive, send)\n"
                    '        finally:\n            print("ended", scope["path"])\n',
                    "        await application(scope, receive, send)\n        print(\"ended\", scope[\"path\"])\n",
                )
            ],
            'nothing after an error',
        ),
        'too early': (
            [
                (
                    "        try:\n            await application(scope, receive, send)\n"
                    '        finally:\n            print("ended", scope["path"])\n',
                    '        print("ended", scope["path"])\n        await application(scope, receive, send)\n',
                )
            ],
            'while the client is still there',
        ),
        'no path': ([('print("ended", scope["path"])', 'print("ended")')], 'The path is missing'),
        'a constant': ([('print("ended", scope["path"])', 'print("ended /one")')], 'always the same path'),
    },
    "7.3": {
        'every event': (
            [('            if event.get("text") is not None:\n                event =', '            event =')],
            'websocket.accept has no text',
        ),
        'not passed on': (
            [('            await send(event)\n', '                await send(event)\n')],
            'what you do not change, pass on',
        ),
        'not assigned': (
            [('event = {**event, "text": event["text"].upper()}', 'event["text"].upper()')],
            'The text comes as it was',
        ),
        'receives louder': (
            [
                (
                    '        await application(scope, receive, loud_send)\n',
                    "        async def loud_receive():\n            event = await receive()\n"
                    '            if event.get("text") is not None:\n'
                    '                event = {**event, "text": event["text"].upper()}\n'
                    "            return event\n\n        await application(scope, loud_receive, loud_send)\n",
                )
            ],
            'not what is received',
        ),
    },
    "8.2": {
        'only itself': (
            [
                (
                    "            for send_one in list(connections):\n                await send_one(answer)\n",
                    '            await send(answer)\n',
                )
            ],
            'Only the sender got it',
        ),
        'all but itself': (
            [
                (
                    '                await send_one(answer)\n',
                    "                if send_one is not send:\n                    await send_one(answer)\n",
                )
            ],
            'The sender does not get its own message',
        ),
        'leavers stay': ([('            connections.discard(send)\n', '')], 'who leaves has to leave the set'),
    },
    "9.2": {
        'a slash first': ([('path("loud"', 'path("/loud"')], 'without slashes'),
        'as it was': ([('.upper()', '')], 'The text comes back as it was'),
        'one letter': ([('.upper()', '.capitalize()')], 'Only the first letter is loud'),
        'echo, too': ([('path("echo", echo_application)', 'path("echo", loud_application)')], '/echo is loud as well'),
        'once': (
            [
                (
                    '            await send({"type": "websocket.send", "text": text})\n',
                    '            await send({"type": "websocket.send", "text": text})\n            break\n',
                )
            ],
            'Only the first text is answered',
        ),
    },
    "9.3": {
        'text added': ([('<int:a>/<int:b>', '<str:a>/<str:b>')], 'is text'),
        'no arguments': ([('send, a, b)', 'send)')], 'comes as arguments of these names'),
        'a number as text': ([('str(a + b)', 'a + b')], 'str(a + b)'),
        'not closed': (
            [
                (
                    '    await send({"type": "websocket.close"})\n\n\nurl',
                    '    while (await receive())["type"] != "websocket.disconnect":\n        pass\n\n\nurl',
                )
            ],
            'nobody closes',
        ),
        'converted late': (
            [('<int:a>/<int:b>', '<str:a>/<str:b>'), ('str(a + b)', 'str(int(a) + int(b))')],
            'fits no route',
        ),
    },
    "10.2": {
        'no line': ([('    path("old", gone),\n', '')], 'has no line in the table'),
        'close': (
            [
                (
                    'gone = refusal(410, "moved to /new")\n',
                    "\n\nasync def gone(scope, receive, send):\n    await receive()\n"
                    '    await send({"type": "websocket.close"})\n'
                    "\n",
                )
            ],
            'websocket.close has no status',
        ),
        'yes first': (
            [
                (
                    'gone = refusal(410, "moved to /new")\n',
                    "\n\nasync def gone(scope, receive, send):\n    await receive()\n"
                    '    await send({"type": "websocket.accept"})\n'
                    '    await send({"type": "websocket.close", "code": 4410})\n'
                    "\n",
                )
            ],
            'a refusal answers before it accepts',
        ),
        'another body': ([('moved to /new', 'gone')], 'The body says something else'),
    },
    "10.3": {
        "the client's first": (
            [
                (
                    '    for language in ("v2", "v1"):\n        if language in offered:\n'
                    '            break\n    else:\n        await send({"type": "websocket.close"})\n'
                    "        return\n",
                    '    language = offered[0]\n',
                )
            ],
            "your order counts, not the client's",
        ),
        'v2 only': ([('("v2", "v1")', '("v2",)')], 'A client that speaks v1 only'),
        'always v2': (
            [
                (
                    "        if language in offered:\n            break\n"
                    '    else:\n        await send({"type": "websocket.close"})\n'
                    "        return\n",
                    '        break\n',
                )
            ],
            'choose only from what it offers',
        ),
        'not named': (
            [('"websocket.accept", "subprotocol": language', '"websocket.accept"')],
            'is a key of websocket.accept',
        ),
        'lets all in': (
            [('        await send({"type": "websocket.close"})\n        return\n', '        language = None\n')],
            'A client that speaks v3 only was let in',
        ),
    },
    "11.2": {
        'not caught': (
            [
                (
                    '    try:\n        name = signing.loads(event["text"], max_age=60)\n'
                    '    except signing.BadSignature:\n        await send({"type": "websocket.close", "code": '
                    "4401})\n        return\n",
                    '    name = signing.loads(event["text"], max_age=60)\n',
                )
            ],
            'catch signing.BadSignature',
        ),
        'no age': ([(', max_age=60', '')], 'A token of yesterday is still good'),
        'believed': ([('signing.loads(event["text"], max_age=60)', 'event["text"]')], 'The token itself is greeted'),
        '1000': ([(', "code": 4401', '')], 'The code is another one: 4401'),
    },
    "12.2": {
        'no dot': ([('".friend.example"', '"friend.example"')], 'the dot belongs to what you compare'),
        'any scheme': ([('scheme == "https" and ', '')], 'the scheme is part of an origin'),
        'contains': ([('host.endswith(".friend.example")', '".friend.example" in host')], 'it must end with it'),
        'one level': (
            [('host.endswith(".friend.example")', 'host.endswith(".friend.example") and host.count(".") == 2')],
            'A subdomain of a subdomain',
        ),
        'programs': (
            [('if scheme == "https" and host', 'if not origin or scheme == "https" and host')],
            'A program came in',
        ),
    },
    "13.2": {
        'for each message': (
            [
                (
                    "        async with asyncio.timeout(1):\n            while True:\n"
                    "                event = await receive()\n",
                    "        while True:\n            async with asyncio.timeout(1):\n"
                    "                event = await receive()\n            if True:\n",
                )
            ],
            'not one for each message',
        ),
        'sleeps': (
            [
                (
                    '        async with asyncio.timeout(1):\n            while True:\n',
                    "        await asyncio.sleep(1)\n        raise TimeoutError\n"
                    "        if True:\n            while True:\n",
                )
            ],
            'the loop goes on while the clock runs',
        ),
        'not caught': (
            [
                (
                    '    except TimeoutError:\n        await send({"type": "websocket.close", "code": 4408})\n',
                    '    finally:\n        pass\n',
                )
            ],
            'TimeoutError leaves your handler',
        ),
        '1000': ([(', "code": 4408', '')], 'The code is another one'),
    },
    "14.2": {
        'for ever': (
            [
                (
                    "            if time.monotonic() - since >= 1:\n"
                    "                count, since = 0, time.monotonic()\n",
                    '',
                )
            ],
            'A second later it is still slow down',
        ),
        'shared': (
            [
                ('    count, since = 0, time.monotonic()\n    while', '    global count, since\n    while'),
                ('\n\nasync def', '\ncount, since = 0, time.monotonic()\n\n\nasync def'),
            ],
            'Another client was slowed down',
        ),
        'off by one': ([('count <= 5', 'count < 5')], 'The fifth message was slowed down'),
        'never': ([('count <= 5', 'True')], 'The sixth message is still ok'),
    },
    "14.3": {
        'the new one': ([('await newest[name]({', 'await send({')], 'The new connection was closed'),
        'everybody': (
            [
                (
                    '        await newest[name]({"type": "websocket.close", "code": 4409})\n',
                    "        for each in list(newest.values()):\n"
                    '            await each({"type": "websocket.close", "code": 4409})\n',
                )
            ],
            'bob was closed, too',
        ),
        'takes the seat along': (
            [('    if newest.get(name) is send:\n        del newest[name]\n', '    newest.pop(name, None)\n')],
            'may not take the seat',
        ),
        'never closed': (
            [('        await newest[name]({"type": "websocket.close", "code": 4409})\n', '        pass\n')],
            'The older connection stays open',
        ),
        '1000': ([(', "code": 4409', '')], 'The code is another one'),
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
