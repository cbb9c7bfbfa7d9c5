"""Wrong answers to the exercises of lesson 16, see __init__.py."""

WRONG = {
    "16.1": {
        "to all": ([("everybody - {send}", "list(everybody)")], "Whoever says something hears it"),
        "to nobody": ([("everybody - {send}", "everybody - everybody")], "Not all others hear it"),
        "raises": ([("everybody - {send}", "everybody - send")], "Your handler raises"),
        "another text": ([('"text": event["text"]', '"text": "somebody: " + event["text"]')], "goes on as it came"),
    },
    "16.2": {
        "twice": (
            [("        await send(last)\n", "        await send(last)\n        await send(last)\n")],
            "is told, and once",
        ),
        "to oneself": ([("in list(everybody)", "in [send]")], "What is said goes to all, as before"),
        "not kept": ([("            last = message\n", "")], "it has to be kept for all"),
        "the first": ([("            last = message\n", "            last = last or message\n")], "This is the first"),
        "raises": ([("    global last\n", "")], "Your handler raises"),
        "not to oneself": ([("in list(everybody)", "in everybody - {send}")], "the one who says it as well"),
    },
}
