"""Wrong answers to the exercises of lesson 2, see __init__.py."""

WRONG = {
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
        'raises': (
            [
                (
                    '        if event["type"] == "http.response.start":\n            print',
                    '        print',
                )
            ],
            "raises KeyError: 'status'",
        ),
    },
}
