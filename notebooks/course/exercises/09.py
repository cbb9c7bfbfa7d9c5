"""Lesson 9: Who is there?"""

import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator

from tutorial.check.exercise import Exercise
from tutorial.check.visit import NOTHING, Came, Visit

PATH = "websocket_app/me.py"
STARTER = """\
async def me_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
            # TODO: say hello to ada, or to a stranger

        if event["type"] == "websocket.disconnect":
            break
"""
TODO = "            # TODO: say hello to ada, or to a stranger\n"
HELLO = """\
            user = scope["user"]
            name = user.get_username() if user.is_authenticated else "stranger"
            await send({"type": "websocket.send", "text": f"Hello {name}"})
"""
FORGED = "sessionid=abcdefghijklmnopqrstuvwxyz012345"
TABLES, NO_TABLES = Came("tables"), Came("no tables")


@contextlib.asynccontextmanager
async def visitor(name: str) -> AsyncIterator[tuple[str, str]]:
    """Make a user and a session, for as long as the block runs; give the user's name and the session's cookie."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore

    user = await User.objects.acreate(username=f"{name}-{secrets.token_hex(4)}", password="!")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    await session.asave()
    try:
        yield user.username, f"sessionid={session.session_key}"
    finally:
        await session.adelete()
        await user.adelete()


async def check(visit: Visit) -> None:
    from django.db import OperationalError

    since = time.perf_counter()
    try:
        async with visitor("grace") as (name, cookie):
            await greeted(visit, "no cookie", "", "stranger")
            await greeted(visit, "a forged cookie", FORGED, "stranger")
            await greeted(visit, name, cookie, name)
    except OperationalError:
        visit.step("the database", TABLES, NO_TABLES, since)
    visit.sound()


async def greeted(visit: Visit, who: str, cookie: str, name: str) -> None:
    client = await visit.connect("/me", who, cookie)
    await client.hear(f"Hello {name}")
    await client.close()


def mistake(visit: Visit) -> str | None:
    step = visit.last
    came, who = step.came, step.sent.partition(":")[0]
    if came is NO_TABLES:
        return "The database has no tables yet: run the cell with migrate above, then check again."
    if getattr(came, "code", None) == 1011:
        return "A user is no text: get_username() is the name."
    if came is NOTHING:
        return "Nothing is said: send a text when you have accepted."
    if came == "Hello ada":
        if who == "a forged cookie":
            return "A made-up cookie is greeted as ada: only scope[\"user\"] has asked the session."
        return "Not everyone is ada: the name is the user's own."
    if came == "Hello ":
        return "A stranger is greeted without a name: AnonymousUser has none. Ask user.is_authenticated."
    if came == "Hello AnonymousUser":
        return "AnonymousUser is how Django calls a stranger: ask user.is_authenticated."
    if came == "Hello stranger":
        return "A user who is logged in is greeted as a stranger."
    return None


EXERCISES = [
    Exercise(
        number="9.1",
        title="Greet by name",
        path=PATH,
        starter=STARTER,
        solution=STARTER.replace(TODO, HELLO),
        hints=(
            'scope["user"] is a user of Django\'s: add_user has put it there.',
            "user.is_authenticated tells a user from a stranger, and user.get_username() is the name.",
            'name = user.get_username() if user.is_authenticated else "stranger"\nand then send f"Hello {name}".',
        ),
        check=check,
        mistake=mistake,
    )
]
