"""Wrong answers to the exercises of lesson 19, see __init__.py."""

GET = 'aget_or_create(\n            room="once", who=token, defaults={"text": text}\n        )'
CREATE = 'await Message.objects.acreate(room="once", who=token, text=text)'
MINE = f"new = token not in KNOWN\n        KNOWN.add(token)\n        if new:\n            {CREATE}"

WRONG = {
    "19.1": {
        "every time": (
            [
                (f"_, new = await Message.objects.{GET}", CREATE),
                ("if new else", "if True else"),
            ],
            "the message is stored twice",
        ),
        "a set of its own": (
            [(f"_, new = await Message.objects.{GET}", MINE), ("\n\n\nasync", "\n\nKNOWN = set()\n\n\nasync")],
            "Another process has stored this one",
        ),
        "by text": (
            [(GET, 'aget_or_create(\n            room="once", text=text, defaults={"who": token}\n        )')],
            "only the text is not",
        ),
        "stored nowhere": (
            [(f"_, new = await Message.objects.{GET}", 'new = not await Message.objects.filter(who=token).aexists()')],
            "has no message with this token",
        ),
        "token and text": ([('{"text": text}', '{"text": event["text"]}')], "what stands behind the token"),
        "not async": ([("await Message.objects.aget_or_create", "Message.objects.get_or_create")], "has an async form"),
    },
    "19.2": {
        "never on": ([("            seen = message.id\n", "")], "The client has had this message"),
        "from the id on": ([("id__gt", "id__gte")], "This was stored before"),
        "any room": ([("room=room, ", "")], "said in another room"),
        "newest first": ([('order_by("id")', 'order_by("-id")')], "The oldest comes first"),
        "looks once": ([("    while True:\n        rows", "    for _ in [1]:\n        rows")], "does not look"),
        "with who": ([("message.text}", "str(message)}")], "without who"),
        "not async": ([("async for", "for")], "has an async form"),
    },
}
