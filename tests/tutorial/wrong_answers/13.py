"""Wrong answers to the exercises of lesson 13, see __init__.py."""

WRONG = {
    "13.1": {
        "until it talks": (
            [
                ("    while True:\n", '    event = {"type": None}\n    while True:\n'),
                ("asyncio.timeout(1)", 'asyncio.timeout(None if event["type"] == "websocket.receive" else 1)'),
            ],
            "each wait has its limit",
        ),
        "no limit": ([("asyncio.timeout(1)", "asyncio.timeout(60)")], "Nothing happens to a client"),
        "code 1000": ([('"code": 4408', '"code": 1000')], "says that all is well"),
        "code 4000": ([('"code": 4408', '"code": 4000')], "The code is another one"),
        "not caught": ([("except TimeoutError", "except ValueError")], "TimeoutError leaves your handler"),
        "one second for all": (
            [
                ("    while True:\n", "    end = asyncio.get_running_loop().time() + 1\n    while True:\n"),
                ("asyncio.timeout(1)", "asyncio.timeout_at(end)"),
            ],
            "each message begins the second anew",
        ),
        "raises at the end": (
            [('"websocket.disconnect":\n            break', '"websocket.disconnect":\n            event["text"]')],
            "KeyError('text') in websocket.py",
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
    "13.2": {
        'falls silent': (
            [('await send({"type": "websocket.close", "code": 4408})', 'await asyncio.sleep(9)')],
            'Nothing happens after a second',
        ),
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
}
