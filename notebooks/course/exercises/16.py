"""Lesson 16: Rooms."""

from tutorial.check import NOTHING, closed, exercise

HANDLER = "websocket_app/websocket.py"
RAISED = "Your handler raises: the log names the line."


@exercise("16.1", "To the others", "warm-up", saves=HANDLER)
async def others(visit):
    ada, grace, alan = [await visit.connect("/", name) for name in ("ada", "grace", "alan")]
    await ada.send("hello", NOTHING)
    await grace.expect("hello")
    await alan.expect("hello")
    await grace.send("hello, ada", NOTHING)
    await ada.expect("hello, ada")


others.hints = [
    "Each client has a send of its own, and the set holds them.",
    "everybody - {send} is a new set, without the one who speaks.",
]
others.why = "everybody - {send} is a copy as well, so clients may come and go while the loop awaits."


def mistakes(visit):
    step = visit.wrong
    if step.came == closed(1011):
        return RAISED
    if step.sent in ("hello", "hello, ada") and step.came == step.sent:
        return "Whoever says something hears it: leave out the send of this very client."
    if step.came is NOTHING:
        return "Not all others hear it: the message goes to each of them."
    return "The message goes on as it came."


others.mistakes = mistakes


@exercise("16.2", "The last word", "core", saves=HANDLER)
async def last(visit):
    ada = await visit.connect("/", "ada")
    await ada.send("hello", "hello")
    grace = await visit.connect("/", "grace")
    await grace.expect("hello")
    await grace.send("goodbye", "goodbye")
    await ada.expect("goodbye")
    alan = await visit.connect("/", "alan")
    await alan.expect("goodbye")
    await alan.leave()


last.hints = [
    "The last message has to outlive the call of the handler: it stands beside everybody.",
    "global last at the top of the handler lets you assign to it.",
    "After accept: if there is a last message, send it.",
]
last.why = (
    "A module's variable is shared by all calls in one process; global says that the handler assigns to that one."
)


def mistakes_of_last(visit):
    step = visit.wrong
    if step.came == closed(1011):
        return RAISED
    if step.sent == "hello" and step.came is NOTHING:
        return "All hear what is said, the one who says it as well."
    if step.sent == "grace":
        return "Whoever comes in hears the last message: it has to be kept for all."
    if step.sent == "alan" and step.came == "hello":
        return "This is the first message, and the last one is wanted."
    if step.came == "hello" or step.expected == closed(1000):
        return "Only the last message is told, and once."
    return "What is said goes to all, as before."


last.mistakes = mistakes_of_last
