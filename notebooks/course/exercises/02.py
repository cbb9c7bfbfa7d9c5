"""Lesson 2: One application, two protocols."""

import time

from tutorial.check.exercise import ASGI, Exercise
from tutorial.check.visit import Came, Visit

STARTER = '''\
"""
ASGI config for websocket_app project.

It exposes the ASGI callable as a module-level variable named ``application``.

For more information on this file, see
https://docs.djangoproject.com/en/stable/howto/deployment/asgi/
"""

import os

from django.core.asgi import get_asgi_application

from websocket_app.websocket import websocket_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")

django_application = get_asgi_application()


async def application(scope, receive, send):
    # TODO: print the type and the path, or "unknown" and the type
    if scope["type"] == "http":
        await django_application(scope, receive, send)
    elif scope["type"] == "websocket":
        await websocket_application(scope, receive, send)
    else:
        raise NotImplementedError(f"Unknown scope type {scope['type']}")
'''
TODO = '    # TODO: print the type and the path, or "unknown" and the type\n'
ANSWER = """\
    if scope["type"] in ("http", "websocket"):
        print(scope["type"], scope["path"])
    else:
        print("unknown", scope["type"])
"""
LATE = Came("printed too late")


async def check(visit: Visit) -> None:
    await visit.request("GET", "/one")
    await visit.prints("http /one", "GET /one")
    await visit.handshake("/two")
    await visit.prints("websocket /two", "connect to /two")
    kinds = [entry["kind"] for entry in visit.connections()[0]["entries"]]
    if "print" in kinds[1:]:
        visit.step("GET /one", Came("printed first"), LATE, time.perf_counter())
    visit.starts("unknown lifespan")
    visit.agree()


def mistake(visit: Visit) -> str | None:
    came = {step.sent: str(step.came) for step in visit.steps}
    requests, start = (came["GET /one"], came["connect to /two"]), came.get("the server starts")
    if visit.last.came is LATE:
        return "The line is printed after the request is answered: print before you pass the call on."
    if requests == ("http", "websocket"):
        return 'The type is printed, and the path is missing: print(scope["type"], scope["path"]).'
    if requests == ("/one", "/two"):
        return 'The path is printed, and the type is missing: print(scope["type"], scope["path"]).'
    if requests == ("http /", "websocket /"):
        return 'The path is always /: take it from scope["path"].'
    if "unknown http" in requests or "unknown websocket" in requests:
        return "Both http and websocket are known, and print their type and their path."
    if requests in (("http /one", "nothing"), ("nothing", "websocket /two")):
        return "Only one of the two protocols prints: the line belongs before the first if, not inside a branch."
    if requests == ("nothing", "nothing"):
        return "Nothing is printed for a request: call print in application, before the first if."
    if start == "raises KeyError":
        return 'A lifespan scope has no path, so scope["path"] raises KeyError: look at scope["type"] first.'
    if start in ("lifespan", "unknown"):
        return "A type that is neither http nor websocket prints two words, unknown and the type."
    if start == "nothing":
        return "The lifespan call prints nothing: every type that is not http or websocket is unknown, and says so."
    if start == "returns":
        return "The else branch has to stay: NotImplementedError tells uvicorn that nothing here knows lifespan."
    return None


EXERCISES = [
    Exercise(
        number="2.1",
        title="Every connection names itself",
        path=ASGI,
        starter=STARTER,
        solution=STARTER.replace(TODO, ANSWER),
        hints=(
            "uvicorn calls application once for each connection, and once at its start. Print at its very top.",
            "A lifespan scope has no path. Decide by the type what to print.",
            'if scope["type"] in ("http", "websocket"):\n    print(scope["type"], scope["path"])',
        ),
        check=check,
        mistake=mistake,
    )
]
