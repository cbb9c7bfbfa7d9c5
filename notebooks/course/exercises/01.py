"""Lesson 1: Django speaks ASGI."""

import time

from tutorial.check.exercise import ASGI, Exercise
from tutorial.check.visit import DROPPED, NOTHING, Came, Visit

STARTER = '''\
"""
ASGI config for websocket_app project.

It exposes the ASGI callable as a module-level variable named ``application``.

For more information on this file, see
https://docs.djangoproject.com/en/stable/howto/deployment/asgi/
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")

django_application = get_asgi_application()


async def application(scope, receive, send):
    if scope["type"] == "http" and scope["path"].startswith("/scope"):
        pass  # TODO: send two events; the body is the method and the path
    else:
        await django_application(scope, receive, send)
'''
TODO = "        pass  # TODO: send two events; the body is the method and the path\n"
ANSWER = """\
        text = scope["method"] + " " + scope["path"]
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": text.encode()})
"""
ONCE, TWICE = Came("has one answer"), Came("goes on to Django, too")


async def check(visit: Visit) -> None:
    await visit.get("/scope", "GET /scope")
    await visit.get("/scope/hello", "GET /scope/hello")
    await visit.get("/scope/x", "POST /scope/x", method="POST")
    await visit.get("/", django)
    # Django, called for a request that is answered already, hears that the client is gone, and keeps silent.
    received = [e["event"]["type"] for c in visit.connections()[:3] for e in c["entries"] if e["kind"] == "receive"]
    came = TWICE if "http.disconnect" in received else ONCE
    visit.step("each request", ONCE, came, time.perf_counter())


def django(text: str) -> bool:
    """Django's page"""
    return "django" in text.lower()


def mistake(visit: Visit) -> str | None:
    step, sent = visit.last, visit.sent()[-1]
    kinds = [event.get("type", "") for event in sent]
    if step.sent == "GET /":
        return "Only paths that begin with /scope are yours: every other request goes on to django_application."
    if "http.response.start" not in kinds and "http.response.body" in kinds:
        return "An answer begins with http.response.start, which has the status; http.response.body comes second."
    if step.came is TWICE:
        return "Each request has one answer, yours or Django's: what you have answered goes no further."
    if kinds == ["http.response.start"]:
        return "An answer ends with http.response.body, and that event is missing."
    if sent and isinstance(sent[-1].get("body"), str):
        return "The body is a string, and a body must be bytes: text.encode() makes them."
    if isinstance(step.came, str) and step.came.startswith("/"):
        return 'The method is missing: scope["method"], a space, then scope["path"].'
    if isinstance(step.came, str) and "POST" in step.expected and step.came.startswith("GET"):
        return 'The method is always GET: take it from scope["method"].'
    if isinstance(step.came, str) and step.expected.startswith(step.came):
        return 'The body must have the whole path: scope["path"].'
    if step.came in (NOTHING, DROPPED) or getattr(step.came, "status", None) == 500:
        return "This request is yours to answer, with two events: http.response.start, then http.response.body."
    return None


EXERCISES = [
    Exercise(
        number="1.1",
        title="What is in a scope",
        path=ASGI,
        starter=STARTER,
        solution=STARTER.replace(TODO, ANSWER),
        hints=(
            "An answer over HTTP is two events: http.response.start with a status, http.response.body with a body.",
            'The text is in scope["method"] and scope["path"]. A body is bytes: text.encode() makes them.',
            'await send({"type": "http.response.start", "status": 200})\n'
            'and behind it the same with "http.response.body" and "body".',
        ),
        check=check,
        mistake=mistake,
    )
]
