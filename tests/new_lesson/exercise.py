"""Lesson 15: Shout. Not a lesson of the course: tests/test_new_lesson.py adds it to a copy."""

from tutorial.check import ANYTHING, NOTHING, exercise


@exercise("15.1", "Shout", "warm-up", saves="websocket_app/websocket.py")
async def shout(visit):
    client = await visit.connect()
    await client.send("hello", "HELLO")
    await client.send("Straße", "STRASSE")
    await client.send("", NOTHING)
    await client.leave()


shout.hints = ["str has a method for it.", 'event["text"].upper() is what to send; an empty text is not answered.']
shout.why = "upper() returns a new string, so the event that came is not changed."
shout.mistakes = [
    ("hello", NOTHING, "Nothing comes back: send what upper() returns."),
    ("hello", "hello", "The text comes back as it was: upper() returns a new one."),
    ("Straße", "HELLO", "The answer is always HELLO: take the text from the event."),
    ("", ANYTHING, "An empty text is met with silence."),
]
