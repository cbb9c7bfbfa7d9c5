"""Wrong answers to the exercises of lesson 8, see __init__.py."""

WRONG = {
    "8.1": {
        "ping lost": ([('== "ping"', '== "pinging"')], "ping must be answered as before"),
        "never discards": ([('scope["state"]["connections"].discard(send)', "pass")], "is still counted"),
        "adds the scope": (
            [(".add(send)", ".add(scope)"), (".discard(send)", ".discard(scope)")],
            "cannot be put into a set",
        ),
        "adds to the set": (
            [('scope["state"]["connections"].add(send)', 'scope["state"]["connections"] += 1')],
            "for +=: 'set' and 'int'",
        ),
        "a number": ([("str(len(", "(len(")], "must be a string"),
        "a set of its own": (
            [('scope["state"]["connections"].add(send)', 'scope["state"]["connections"] = {send}')],
            "shared with nobody",
        ),
        "adds 1": ([(".add(send)", ".add(1)"), (".discard(send)", ".discard(1)")], "equal things are one"),
        "never adds": ([('scope["state"]["connections"].add(send)', "pass")], "and not counted"),
    },
    "8.2": {
        'only itself': (
            [
                (
                    "            for send_one in list(connections):\n                await send_one(answer)\n",
                    '            await send(answer)\n',
                )
            ],
            'Only the sender got it',
        ),
        'all but itself': (
            [
                (
                    '                await send_one(answer)\n',
                    "                if send_one is not send:\n                    await send_one(answer)\n",
                )
            ],
            'The sender does not get its own message',
        ),
        'leavers stay': ([('            connections.discard(send)\n', '')], 'who leaves has to leave the set'),
    },
}
