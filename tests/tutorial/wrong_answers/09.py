"""Wrong answers to the exercises of lesson 9, see __init__.py."""

WRONG = {
    "9.1": {
        "only hello": ([('    path("", websocket_application),\n', "")], "/ is another address"),
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
    "9.2": {
        'a slash first': ([('path("loud"', 'path("/loud"')], 'without slashes'),
        'as it was': ([('.upper()', '')], 'The text comes back as it was'),
        'one letter': ([('.upper()', '.capitalize()')], 'Only the first letter is loud'),
        'echo, too': ([('path("echo", echo_application)', 'path("echo", loud_application)')], '/echo is loud as well'),
        'with a slash, too': (
            [('path("loud", ', 'path("loud/", loud_application),\n    path("loud", ')],
            'are two addresses',
        ),
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
        'a constant': ([('str(a + b)', '"7"')], 'It is always 7'),
        'not closed': (
            [
                (
                    '    await send({"type": "websocket.close"})\n\n\nurl',
                    '    while (await receive())["type"] != "websocket.disconnect":\n        pass\n\n\nurl',
                )
            ],
            'say the sum, then send websocket.close',
        ),
        'not said': (
            [('    await send({"type": "websocket.send", "text": str(a + b)})\n', '')],
            'closes before the sum is said',
        ),
        'converted late': (
            [('<int:a>/<int:b>', '<str:a>/<str:b>'), ('str(a + b)', 'str(int(a) + int(b))')],
            'fits no route',
        ),
    },
}
