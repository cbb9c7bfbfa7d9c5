"""Lesson 9: Addresses."""

from tutorial.check import NOTHING, exercise

ADA, GRACE = "/hello/Ada", "/hello/Grace"


@exercise("9.1", "Hello at an address", "core", saves="websocket_app/routing.py", was="8.1")
async def hello(visit):
    for path, greeting in ((ADA, "Hello Ada"), (GRACE, "Hello Grace")):
        client = await visit.connect(path)
        await client.expect(greeting)
        await client.leave()
    client = await visit.connect("/")
    await client.send("ping", "pong!")
    await client.leave()


hello.hints = [
    "Connect to it: the log says what path() wants of hello_application. echo_application has one.",
    "async def hello_application(scope, receive, send, name): the argument is called as in <str:name>.",
    'After websocket.accept: await send({"type": "websocket.send", "text": f"Hello {name}"})',
]


def mistakes(visit):
    step, log = visit.wrong, visit.server.log
    if step.sent not in (ADA, GRACE):
        return "/ is another address: it answers ping with pong!, as before."
    if "unexpected keyword argument 'name'" in log:
        return "What path() captures comes as an argument of that name: hello_application(scope, receive, send, name)."
    code = getattr(step.came, "code", None)
    if code == 500 and "websocket.accept" in log:
        return "A message is sent before websocket.accept: say hello once you have accepted."
    if code == 403:
        return 'No address fits: path("hello/<str:name>", hello_application) stands in the table.'
    if step.came is NOTHING and step.expected == "Hello Ada":
        return 'Nothing is said: send f"Hello {name}" when you have accepted.'
    if step.came == "Hello Ada":
        return "Grace is greeted as Ada: the name comes from the address."
    if isinstance(step.came, str) and "/" in step.came:
        return "The whole path is greeted: use what path() has captured, name."
    return None


hello.mistakes = mistakes
