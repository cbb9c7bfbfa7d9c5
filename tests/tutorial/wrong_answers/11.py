"""Wrong answers to the exercises of lesson 11, see __init__.py."""

WRONG = {
    "11.1": {
        "no strangers": ([(' if known else "stranger"', "")], "AnonymousUser has none"),
        "str(user)": (
            [('user.get_username() if known else "stranger"', "str(user)")],
            "Django's name for a stranger",
        ),
        "any cookie": (
            [
                ('user = scope["user"]', 'cookie = dict(scope["headers"]).get(b"cookie", b"")'),
                ("            known = user.is_authenticated\n", ""),
                ('user.get_username() if known else "stranger"', '"ada" if b"sessionid" in cookie else "stranger"'),
            ],
            "A made-up cookie",
        ),
        "always ada": ([("user.get_username() if", '"ada" if')], "Not everyone is ada"),
        "a User": ([("user.get_username() if", "user if"), ('f"Hello {name}"', '"Hello " + name')], "not a string"),
        "all strangers": (
            [('user.get_username() if known else "stranger"', '"stranger"')],
            "as a stranger",
        ),
        "says nothing": (
            [('            await send({"type": "websocket.send", "text": f"Hello {name}"})\n', "")],
            "Nothing is said",
        ),
    },
    "11.2": {
        'not caught': (
            [
                (
                    '    try:\n        name = signing.loads(event["text"], max_age=60)\n'
                    '    except signing.BadSignature:\n        await send({"type": "websocket.close", "code": '
                    "4401})\n        return\n",
                    '    name = signing.loads(event["text"], max_age=60)\n',
                )
            ],
            'catch signing.BadSignature',
        ),
        'no time at all': ([('max_age=60', 'max_age=0')], 'A good token is refused'),
        'never closes': (
            [('        await send({"type": "websocket.close", "code": 4401})\n', '        await receive()\n')],
            'Nobody closes',
        ),
        'no age': ([(', max_age=60', '')], 'A token of yesterday is still good'),
        'believed': ([('signing.loads(event["text"], max_age=60)', 'event["text"]')], 'The token itself is greeted'),
        '1000': ([(', "code": 4401', '')], 'The code is another one: 4401'),
    },
}
