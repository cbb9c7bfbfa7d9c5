"""Lesson 9: Addresses."""

from tutorial.check import ACCEPTED, ANYTHING, DROPPED, NOTHING, closed, exercise, status

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
hello.why = (
    "What path() captures comes as an argument, so the handler needs no parser, and it works for "
    "every name. It says hello after accept, because before it there is no open connection."
)


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


@exercise("9.2", "Loud", "warm-up", saves="websocket_app/routing.py")
async def loud(visit):
    client = await visit.connect("/loud")
    await client.send("hello", "HELLO")
    await client.send("Ada", "ADA")
    await client.leave()
    client = await visit.connect("/echo")
    await client.send("hello", "hello")
    await client.leave()
    await visit.refused("/loud/", 403)


loud.hints = [
    "upper() makes a text upper case; the table needs one more line.",
    'path("loud", loud_application)',
]
loud.why = (
    'A new address is one line in the table and one handler. Neither the server nor the other handlers know of it.'
)
loud.mistakes = [
    (
        "/loud",
        status(403),
        '403 came: there is no such address. Is there a line for it, path("loud", …), without slashes?',
    ),
    ("hello", "hello", "The text comes back as it was: upper() makes another text of it."),
    ("hello", "HELLO", "/echo is loud as well: a new address needs a handler of its own."),
    ("hello", "Hello", "Only the first letter is loud: upper() takes all of them."),
    ("Ada", (NOTHING, DROPPED, closed(1000)), "Only the first text is answered: go on with the loop."),
    ("/loud/", ANYTHING, "/loud and /loud/ are two addresses, and only the first one exists."),
]


@exercise("9.3", "Add at an address", "hard", saves="websocket_app/routing.py")
async def add(visit):
    for path, total in (("/add/3/4", "7"), ("/add/20/22", "42")):
        client = await visit.connect(path)
        await client.expect(total)
        await client.expect(closed(1000))
    await visit.refused("/add/x/4", 403)


add.hints = [
    "path() can read two parts: <int:a> and <int:b>. The handler gets them as arguments a and b.",
    'path("add/<int:a>/<int:b>", add_application)',
    'async def add_application(scope, receive, send, a, b):',
]
add.why = (
    "The converter int does two things: an address that has no numbers there fits no route, and "
    "the handler gets numbers. It never sees an input that it could not add."
)
add.mistakes = [
    ("/add/3/4", status(403), '403 came: this fits no address in the table, path("add/<int:a>/<int:b>", …).'),
    (
        "/add/3/4",
        status(500),
        "What path() reads comes as arguments of these names: add_application(scope, receive, send, a, b).",
    ),
    ("/add/3/4", "34", '34 came: "3" + "4" is text. <int:a> makes a number of it.'),
    ("/add/3/4", (NOTHING, DROPPED), "Nothing comes any more: say the sum, then send websocket.close."),
    ("/add/3/4", closed(1011), "An error ends it: a text must be a string, str(a + b)."),
    ("/add/20/22", ANYTHING, "It is always 7: add the two numbers of the address."),
    ("/add/3/4", closed(1000), "It closes before the sum is said: send the sum as a text, then close."),
    ("/add/x/4", ANYTHING, "/add/x/4 was let in: with <int:a> it fits no route."),
    ("/add/x/4", ACCEPTED, "/add/x/4 was let in: with <int:a> it fits no route."),
]
