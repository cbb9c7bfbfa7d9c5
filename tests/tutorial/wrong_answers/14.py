"""Wrong answers to the exercises of lesson 14, see __init__.py."""

WRONG = {
    "14.1": {
        "100 are too many": ([("> 100", ">= 100")], "Exactly 100 characters"),
        "bytes": ([("len(text)", "len(text.encode())")], "count characters"),
        "too many": ([("> 100", "> 1000")], "101 characters are too many"),
        "code 1008": ([('"code": 1009', '"code": 1008')], "a code of its own"),
        "code 1000": ([('"code": 1009', '"code": 1000')], "says that all is well"),
        "every text": ([('if text == "ping":', "if text:")], "Only ping is answered"),
        "ping lost": ([('text == "ping"', 'text == "pinging"')], "ping is short"),
    },
    "14.2": {
        'falls silent': (
            [
                (
                    '            await send({"type": "websocket.send"',
                    '            if count <= 5:\n                await send({"type": "websocket.send"',
                )
            ],
            'A message gets no answer',
        ),
        'two are enough': ([('count <= 5', 'count <= 2')], 'Too early'),
        'once only': (
            [('                count, since = 0, time', '                count, since = -100, time')],
            'The second time nobody is slowed down',
        ),
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
        'send of send': ([('await newest[name]({', 'await newest[name].send({')], "has no attribute 'send'"),
        'stays in the dict': (
            [('    if newest.get(name) is send:\n        del newest[name]\n', '')],
            'Who has left is still in the dict',
        ),
        'never closed': (
            [('        await newest[name]({"type": "websocket.close", "code": 4409})\n', '        pass\n')],
            'The older connection stays open',
        ),
        '1000': ([(', "code": 4409', '')], 'The code is another one'),
    },
}
