"""Lesson 11: Who is there?"""

import contextlib
import os
import secrets

from tutorial.check import ANYTHING, NOTHING, Came, closed, exercise

FORGED = "sessionid=abcdefghijklmnopqrstuvwxyz012345"
TABLES, NO_TABLES = Came("has tables"), Came("has no tables")


@contextlib.asynccontextmanager
async def visitor(name):
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


@exercise("11.1", "Greet by name", "core", saves="websocket_app/me.py", was="9.1")
async def greet(visit):
    from django.db import OperationalError

    try:
        async with visitor("grace") as (name, cookie):
            await greeted(visit, "no cookie", {}, "stranger")
            await greeted(visit, "a forged cookie", {"Cookie": FORGED}, "stranger")
            await greeted(visit, "grace", {"Cookie": cookie}, name)
    except OperationalError:
        visit.step("the database", TABLES, NO_TABLES)


async def greeted(visit, who, headers, name):
    client = await visit.connect("/me", who, additional_headers=headers)
    await client.expect(f"Hello {name}")
    await client.leave()


greet.hints = [
    'scope["user"] is a Django user; add_user put it there.',
    "user.is_authenticated tells a user from a stranger, and user.get_username() is the name.",
    'name = user.get_username() if user.is_authenticated else "stranger"\nand then send f"Hello {name}".',
]
greet.mistakes = [
    ("the database", NO_TABLES, "The database has no tables yet: run the cell with migrate above, then check again."),
    (ANYTHING, closed(1011), 'scope["user"] is an object, not a string: get_username() is the name.'),
    (ANYTHING, NOTHING, "Nothing is said: send a text when you have accepted."),
    ("a forged cookie", "Hello ada", 'A made-up cookie is greeted as ada: only scope["user"] comes from the session.'),
    (ANYTHING, "Hello ada", "Not everyone is ada: the name is the user's own."),
    (ANYTHING, "Hello ", "A stranger is greeted without a name: AnonymousUser has none. Ask user.is_authenticated."),
    (ANYTHING, "Hello AnonymousUser", "AnonymousUser is Django's name for a stranger: ask user.is_authenticated."),
    (ANYTHING, "Hello stranger", "A user who is logged in is greeted as a stranger."),
]
