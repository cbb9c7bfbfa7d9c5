"""Wrong answers to the exercises of lesson 5, see __init__.py."""

WRONG = {
    "5.2": {
        'a slash first': ([('path("about"', 'path("/about"')], "Django's paths begin without a slash"),
        'a slash last': ([('path("about"', 'path("about/"')], 'a slash at its end'),
        'returns text': (
            [('HttpResponse("This site speaks WebSocket.")', '"This site speaks WebSocket."')],
            'A view returns HttpResponse',
        ),
        'no page in time': (
            [('    return Http', '    import time\n\n    time.sleep(2)\n    return Http')],
            'Ask for it in a cell',
        ),
        'another text': ([('speaks WebSocket.', 'speaks HTTP.')], 'with another text'),
        'console lost': ([('    path("", console, name="console"),\n', '')], 'The console has lost its address'),
    },
}
