"""Wrong answers to the exercises of lesson 12, see __init__.py."""

WHOLE = 'not origin or origin in [f"http://{host}", f"https://{host}"]'

WRONG = {
    "12.1": {
        "startswith": ([(WHOLE, 'not origin or origin.startswith((f"http://{host}", f"https://{host}"))')], "goes on"),
        "endswith": ([(WHOLE, "not origin or origin.endswith(host)")], "begins otherwise"),
        "the end of an address": (
            [(WHOLE, 'not origin or origin.endswith(f"/{host}")')],
            "ends with your host, in a path",
        ),
        "http only": ([(', f"https://{host}"]', "]")], "Behind TLS"),
        "no programs": ([("not origin or ", "")], "A program sends no Origin"),
        "any scheme": ([(WHOLE, 'not origin or origin.partition("://")[2] == host')], "The scheme is part"),
        "null": ([(WHOLE, f'{WHOLE} or origin == "null"')], "null is an origin"),
        "everybody": ([(WHOLE, "True")], "Everybody may connect"),
        "nobody": ([(WHOLE, "not origin or origin == host")], "Your own page is refused"),
    },
    "12.2": {
        'no dot': ([('".friend.example"', '"friend.example"')], 'the dot belongs to what you compare'),
        'any scheme': ([('scheme == "https" and ', '')], 'the scheme is part of an origin'),
        'contains': ([('host.endswith(".friend.example")', '".friend.example" in host')], 'it must end with it'),
        'another scheme': ([('scheme == "https"', 'scheme == "wss"')], 'A friend is refused'),
        'one level': (
            [('host.endswith(".friend.example")', 'host.endswith(".friend.example") and host.count(".") == 2')],
            'A subdomain of a subdomain',
        ),
        'programs': (
            [('if scheme == "https" and host', 'if not origin or scheme == "https" and host')],
            'A program came in',
        ),
    },
}
