"""Wrong answers to the exercises of lesson 18, see __init__.py."""

WRONG = {
    "18.1": {
        "nothing": ([('else "0"', 'else "nothing"')], "the answer is 0, as text"),
        "the oldest": ([("alast()", "afirst()")], "This is an older message"),
        "any room": ([('.filter(room=event["text"])', "")], "of another room"),
        "None has no id": ([('str(message.id) if message else "0"', "str(message.id)")], "None has no id"),
        "not async": ([("await rows.alast()", "rows.last()")], "has an async form"),
        "the message": ([("str(message.id) if", "str(message) if")], "as text: str(message.id)"),
    },
    "18.2": {
        "echoes": ([("message.text}", 'event["text"]}')], "What the client sends comes back"),
        "a later id": ([("int(after)", "int(after) + 1000")], "both are missing or one of them"),
        "from the id on": ([("id__gt", "id__gte")], "greater than"),
        "any room": ([("room=room, ", "")], "said in another room"),
        "newest first": ([('order_by("id")', 'order_by("-id")')], "The oldest comes first"),
        "with who": ([("message.text}", "str(message)}")], "without who"),
        "not async": ([("async for", "for")], "has an async form"),
        "no end": (
            [('        await send({"type": "websocket.send", "text": "that is all"})\n', "")],
            "After the last message",
        ),
    },
}
