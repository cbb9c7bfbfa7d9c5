"""Wrong answers to the exercises of lesson 10, see __init__.py."""

WRONG = {
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
        'another status': ([('refusal(410', 'refusal(400')], 'The status is another one'),
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
        'no return': ([('        return\n', '')], 'return once you have closed'),
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
        'lets in who offers nothing': (
            [
                (
                    '        await send({"type": "websocket.close"})\n        return\n',
                    '        if offered:\n            await send({"type": "websocket.close"})\n            return\n'
                    '        language = None\n',
                )
            ],
            'A client that offers nothing was let in',
        ),
        'lets all in': (
            [('        await send({"type": "websocket.close"})\n        return\n', '        language = None\n')],
            'A client that speaks v3 only was let in',
        ),
    },
}
