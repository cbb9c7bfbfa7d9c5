"""Wrong answers to the exercises of lesson 6, see __init__.py."""

WRONG = {
    "6.1": {
        "text": ([('"bytes": b"pong!"', '"text": "pong!"')], "answer with text"),
        "never equal": ([('== b"ping"', '== "ping"')], "Bytes and text are never equal"),
        "code 1000": ([('"code": 1003}', '"code": 1000}')], "says that all is well"),
        "closes for text": (
            [("if text is None:", 'if text != "ping":'), ('event["bytes"]', 'event.get("bytes")')],
            "only bytes may do that",
        ),
        "closes all": (
            [("if text is None:", "if True:"), ('event["bytes"]', 'event.get("bytes")')],
            "ping, in text, must be answered",
        ),
        "answers all": ([('if event["bytes"] == b"ping":', "if True:")], "All bytes are answered"),
        "never closes": (
            [('await send({"type": "websocket.close", "code": 1003})\n                    break', "pass")],
            "must close the connection",
        ),
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
            'No close frame came',
        ),
        'no reason': ([(', "reason": "bye bye"', '')], 'The reason is missing'),
        'says it': (
            [('{"type": "websocket.close", "reason": "bye bye"}', '{"type": "websocket.send", "text": "bye bye"}')],
            'The reason came as a text',
        ),
        'begins with': ([('text == "bye"', 'text.startswith("bye")')], 'bye bye is another text'),
        'says goodbye': (
            [('close = {', 'await send({"type": "websocket.send", "text": "see you"})\n                close = {')],
            'nothing is answered',
        ),
        'another reason': ([('"bye bye"', '"goodbye"')], 'The reason is another one'),
        '1003': ([('"reason": "bye bye"', '"reason": "bye bye", "code": 1003')], '1003 is for data'),
        '1001': ([('"reason": "bye bye"', '"reason": "bye bye", "code": 1001')], '1001 says that the page is left'),
    },
    "6.3": {
        'goes on': (
            [
                (
                    '            await send({"type": "websocket.close", "reason": reason})\n            break',
                    '            continue',
                )
            ],
            'Nothing happens: each text closes',
        ),
        'not cut': ([('text.encode()[:123].decode(errors="ignore")', 'text')], 'at most 123 bytes'),
        'letters cut': ([('text.encode()[:123].decode(errors="ignore")', 'text[:123]')], 'cut bytes, not letters'),
        'half a letter': ([('decode(errors="ignore")', 'decode()')], 'The cut went through a letter'),
        'too short': ([('[:123]', '[:100]')], 'shorter than it has to be'),
        'still bytes': ([('.decode(errors="ignore")', '')], '"reason" must be a string'),
        'only break': (
            [('            await send({"type": "websocket.close", "reason": reason})\n', '')],
            'The handler ends, and nobody closes',
        ),
    },
}
