"""Wrong answers to the exercises of lesson 1, see __init__.py."""

WRONG = {
    "1.1": {
        "body is a str": ([("text.encode()", "text")], "a body must be bytes"),
        "no start": (
            [('        await send({"type": "http.response.start", "status": 200})\n', "")],
            "An answer begins with http.response.start",
        ),
        "no body": (
            [('        await send({"type": "http.response.body", "body": text.encode()})\n', "")],
            "An answer ends with http.response.body",
        ),
        "always GET": ([('scope["method"] + ', '"GET" + ')], "The method is always GET"),
        "path only": ([('scope["method"] + " " + ', "")], "The method is missing"),
        "a fixed path": ([('scope["path"]\n', '"/scope"\n')], "must have the whole path"),
        "else lost": ([(' and scope["path"].startswith("/scope")', "")], "Only paths that begin with /scope"),
        "falls through": (
            [("    else:\n        await django", "    if True:\n        await django")],
            "Each request has one answer",
        ),
    },
    "1.2": {
        'one receive': (
            [
                (
                    "        while more:\n            event = await receive()\n"
                    '            length += len(event.get("body", b""))\n'
                    '            more = event.get("more_body", False)\n',
                    '        event = await receive()\n        length = len(event.get("body", b""))\n',
                )
            ],
            'The body comes in several events',
        ),
        'every path': ([(' and scope["path"] == "/length"', '')], 'Every other path is still'),
        'letters': (
            [('len(event.get("body", b""))', 'len(event.get("body", b"").decode(errors="ignore"))')],
            'two letters in four bytes',
        ),
        'body is a str': ([('str(length).encode()', 'str(length)')], 'A body must be bytes'),
    },
}
