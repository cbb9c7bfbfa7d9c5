"""Lesson 8: Addresses."""

from tutorial.check.exercise import ASGI, Exercise
from tutorial.check.visit import NOTHING, Visit

STARTER = '''\
"""Hello at an address."""

import os

from django.core.asgi import get_asgi_application
from django.urls import path

from websocket_app.errors import safely
from websocket_app.lifespan import lifespan_application
from websocket_app.routes import routes
from websocket_app.websocket import websocket_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")

django_application = get_asgi_application()


async def hello_application(scope, receive, send):
    # TODO: at /hello/Ada, say Hello Ada
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


websockets = safely(
    routes(
        path("", websocket_application),
        path("hello/<str:name>", hello_application),
    )
)


async def application(scope, receive, send):
    if scope["type"] == "http":
        await django_application(scope, receive, send)
    elif scope["type"] == "websocket":
        await websockets(scope, receive, send)
    elif scope["type"] == "lifespan":
        await lifespan_application(scope, receive, send)
    else:
        raise NotImplementedError(f"Unknown scope type {scope['type']}")
'''
ACCEPT = '    await send({"type": "websocket.accept"})\n'
SOLUTION = (
    STARTER.replace("    # TODO: at /hello/Ada, say Hello Ada\n", "")
    .replace("hello_application(scope, receive, send)", "hello_application(scope, receive, send, name)")
    .replace(ACCEPT, ACCEPT + '    await send({"type": "websocket.send", "text": f"Hello {name}"})\n')
)


async def check(visit: Visit) -> None:
    for name in ("Ada", "Grace"):
        client = await visit.connect(f"/hello/{name}", f"/hello/{name}")
        await client.hear(f"Hello {name}")
        await client.close()
    client = await visit.connect("/", "/")
    await client.ask("ping", "pong!")
    await client.close()
    visit.sound()


def mistake(visit: Visit) -> str | None:
    step, log = visit.last, visit.server.log
    if step.sent.startswith("/: "):
        return "/ is another address: it answers ping with pong!, as before."
    if "unexpected keyword argument 'name'" in log:
        return "What path() captures comes as an argument of that name: hello_application(scope, receive, send, name)."
    status = getattr(step.came, "status", None)
    if status == 500 and "websocket.accept" in log:
        return "A message is sent before websocket.accept: say hello once you have accepted."
    if status == 404:
        return 'No address fits: path("hello/<str:name>", hello_application) stands in the table.'
    if step.came is NOTHING and step.expected == "Hello Ada":
        return "Nothing is said: send f\"Hello {name}\" when you have accepted."
    if step.expected == "Hello Grace" and step.came == "Hello Ada":
        return "Grace is greeted as Ada: the name comes from the address."
    if isinstance(step.came, str) and "/" in step.came:
        return "The whole path is greeted: use what path() has captured, name."
    return None


EXERCISES = [
    Exercise(
        number="8.1",
        title="Hello at an address",
        path=ASGI,
        starter=STARTER,
        solution=SOLUTION,
        hints=(
            "Connect to it: the log says what path() wants of hello_application. echo_application has one.",
            "async def hello_application(scope, receive, send, name): the argument is called as in <str:name>.",
            'After websocket.accept: await send({"type": "websocket.send", "text": f"Hello {name}"})',
        ),
        check=check,
        mistake=mistake,
    )
]
