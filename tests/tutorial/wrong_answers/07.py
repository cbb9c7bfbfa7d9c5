"""Wrong answers to the exercises of lesson 7, see __init__.py."""

WRONG = {
    "7.1": {
        "ValueError only": ([(", TypeError, KeyError, RecursionError", ", RecursionError")], "raises TypeError"),
        "no KeyError": ([("KeyError, ", "")], "raises KeyError"),
        "no RecursionError": ([(", RecursionError", "")], "with RecursionError"),
        "no ValueError": ([("ValueError, ", "")], "JSONDecodeError, a ValueError"),
        "never encodes": ([("                    hello.encode()\n", "")], "Half a character"),
        "prints it": (
            [("RecursionError):\n", "RecursionError) as error:\n                    print(error)\n")],
            "print nothing of it",
        ),
        "code 1000": ([('"code": 4000', '"code": 1000')], "Close with 4000"),
        "silence": (
            [('await send({"type": "websocket.close", "code": 4000})\n                    break', "continue")],
            "not with silence",
        ),
        "ping lost": (
            [('                await send({"type": "websocket.send", "text": "pong!"})', "                pass")],
            "ping, in text, must be answered",
        ),
        "anything is a dict": (
            [('json.loads(text)["name"]', 'str(dict(json.loads(text)).get("name"))')],
            "as if it were a name",
        ),
        "always Ada": ([('json.loads(text)["name"]', 'str(json.loads(text)["name"] and "Ada")')], "not always Ada"),
    },
    "7.2": {
        "swallows": (
            [("        finally:\n            print", "        except Exception:\n            pass\n        print")],
            "does not get to safely",
        ),
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
}
