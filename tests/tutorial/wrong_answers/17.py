"""Wrong answers to the exercises of lesson 17, see __init__.py."""

WRONG = {
    "17.1": {
        "a constant": ([("str(count)", '"2"')], "ask for the room that the client named"),
        "not async": (
            [("await Message.objects.filter(room=room).acount()", "Message.objects.count()")],
            "has an async form",
        ),
        "no await": ([("await Message", "Message")], "This is an object, not a number"),
        "all rooms": ([(".filter(room=room)", "")], "of all rooms"),
        "the room": ([("str(count)", "room")], "The room's name comes back"),
        "no string": ([("str(count)", "count")], '"text" must be a string'),
    },
    "17.2": {
        "the oldest": ([('order_by("-id")', 'order_by("id")')], "This is the oldest one"),
        "nobody is None": ([('str(message) if message else "nobody"', "str(message)")], "then the answer is nobody"),
        "the text alone": ([("str(message) if", "message.text if")], "This is the text alone"),
        "not async": ([("await found.afirst()", "found.first()")], "has an async form"),
        "no await": ([("await found.afirst()", "found.afirst()")], "This is a coroutine or a query"),
    },
}
