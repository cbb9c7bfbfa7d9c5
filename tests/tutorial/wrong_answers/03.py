"""Wrong answers to the exercises of lesson 3, see __init__.py."""

WRONG = {
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
        'raises': ([('event["code"]', 'scope["code"]')], "raises KeyError: 'code'"),
        'no dict': (
            [('event["code"]', 'event.code')],
            "object has no attribute 'code'",
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
        'no break': (
            [
                (
                    '                await send({"type": "websocket.close"})\n                break\n',
                    '                await send({"type": "websocket.close"})\n                continue\n',
                )
            ],
            'gives none back',
        ),
    },
}
