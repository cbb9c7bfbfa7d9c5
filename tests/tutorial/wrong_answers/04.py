"""Wrong answers to the exercises of lesson 4, see __init__.py."""

WRONG = {
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
        'always true': (
            [('event["text"].lower() == "ping"', 'event["text"] == "ping" or "PING"')],
            'Every text is answered',
        ),
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
        'a task beside it': (
            [
                (
                    '                await asyncio.sleep(1)\n                await send({',
                    '                async def later():\n'
                    '                    await asyncio.sleep(1)\n'
                    '                    await send({',
                ),
                ('"text": "done"})\n', '"text": "done"})\n                asyncio.create_task(later())\n'),
            ],
            "ping is answered before done",
        ),
        'raises': ([('import asyncio\n', '')], "name 'asyncio' is not defined"),
    },
}
