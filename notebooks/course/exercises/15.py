"""Lesson 15: Slow work."""

from tutorial.check import NOTHING, closed, exercise

HANDLER = "websocket_app/websocket.py"
RAISED = "Your handler raises: the log names the line."


@exercise("15.1", "Listen while you work", "core", saves=HANDLER)
async def listen(visit):
    client = await visit.connect()
    await client.send("work", NOTHING)
    await visit.prints("begins")
    await client.send("ping", "pong!")
    await client.leave()
    await visit.prints("ends")


listen.hints = [
    "The handler calls receive again only when it does not wait for the work.",
    "async with asyncio.TaskGroup() as tasks: around the loop, and tasks.create_task(work()) in it.",
    "At websocket.disconnect: cancel the task, if there is one, then break.",
]
listen.why = (
    "create_task returns at once, so the loop goes on to receive. The group waits for the task, so nothing can be "
    "left behind, and because the work takes a minute, the handler cancels it before it leaves the block."
)


def mistakes(visit):
    step = visit.wrong
    if step.came == closed(1011):
        return RAISED
    if step.sent == "work":
        return "The work says nothing to the client: it only prints."
    if step.expected == "begins":
        return "The work never begins: work() alone makes a coroutine, and a task runs it."
    if step.sent == "ping":
        return "ping waits until the work is done: the handler may not await it."
    if step.expected == "ends":
        return "The client has left, and the work goes on: cancel its task at websocket.disconnect."
    return None


listen.mistakes = mistakes


@exercise("15.2", "One at a time", "hard", saves=HANDLER)
async def one(visit):
    client = await visit.connect()
    await client.send("work", NOTHING)
    await visit.prints("begins")
    await client.send("work", "busy")
    await client.send("stop", "stopped")
    await visit.prints("ends")
    await client.send("work", NOTHING)
    await visit.prints("begins")
    await client.leave()
    await visit.prints("ends")


one.hints = [
    "What is task before the first work, during it, and after it?",
    "task.done() is true when a task has ended, however it ended.",
    "stop: task.cancel(), then await asyncio.wait([task]), then the answer.",
]
one.why = (
    "A task that has ended is still an object, so done() is what to ask. cancel() only asks the task to end: "
    "asyncio.wait waits until it has, and does not raise its CancelledError in the handler."
)


def mistakes_of_one(visit):
    step = visit.wrong
    works = [each for each in visit.steps if each.sent == "work"]
    if step.came == closed(1011):
        return RAISED
    if step.sent == "work" and len(works) == 3:
        return "After a stop nothing goes on: ask task.done(), because the ended task is still there."
    if step.sent == "work" and step.expected == "busy":
        return "A second work is answered with busy, and begins nothing."
    if step.sent == "work":
        return "The first work is silent: there is nothing to be busy with."
    if step.sent == "stop":
        return "stop is answered with stopped, when the work has ended."
    if step.expected == "ends":
        return "The work goes on: cancel its task, at stop and at websocket.disconnect."
    if step.expected == "begins":
        return "work begins work when none goes on: create the task."
    return None


one.mistakes = mistakes_of_one
