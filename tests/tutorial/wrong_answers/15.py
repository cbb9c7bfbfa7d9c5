"""Wrong answers to the exercises of lesson 15, see __init__.py."""

WRONG = {
    "15.1": {
        "awaited": ([("task = tasks.create_task(work())", "await work()")], "the handler may not await it"),
        "only called": (
            [("task = tasks.create_task(work())", "task = work()"), ("task.cancel()", "task.close()")],
            "makes a coroutine",
        ),
        "left behind": (
            [
                (
                    "                if task:\n                    task.cancel()\n                break",
                    "                return",
                )
            ],
            "cancel its task at websocket.disconnect",
        ),
        "raises": ([("tasks.create_task(work())", "tasks.create_task(work)")], "Your handler raises"),
        "says so": (
            [
                (
                    "task = tasks.create_task(work())\n",
                    'task = tasks.create_task(work())\n'
                    '                    await send({"type": "websocket.send", "text": "begins"})\n',
                )
            ],
            "it only prints",
        ),
    },
    "15.2": {
        "begins nothing": ([("task = tasks.create_task(work())", "pass")], "work begins work when none goes on"),
        "never done": ([("task and not task.done()", "task")], "ask task.done()"),
        "many at once": ([('text == "work" and busy', 'text == "working" and busy')], "answered with busy"),
        "always busy": ([("task and not task.done()", "True")], "The first work is silent"),
        "stop is silent": (
            [('                    await send({"type": "websocket.send", "text": "stopped"})\n', "")],
            "stop is answered with stopped",
        ),
        "stop does not end it": (
            [("                    task.cancel()\n                    await asyncio.wait([task])\n", "")],
            "The work goes on",
        ),
        "raises": ([("asyncio.wait([task])", "task")], "Your handler raises"),
    },
}
