"""Lesson 11: Who is there?"""

import contextlib
import os
import secrets
import time

from tutorial.check import ANYTHING, DROPPED, NOTHING, Came, closed, exercise

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
greet.why = (
    'The cookie is what the client claims, and scope["user"] is what the session store says about '
    "it. A stranger is a user object as well, so is_authenticated tells the two apart."
)
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


@exercise("11.2", "A token", "hard", saves="websocket_app/me.py")
async def token(visit):
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")
    django.setup()
    from django.core import signing

    class Yesterday(signing.TimestampSigner):
        def timestamp(self):
            return signing.b62_encode(int(time.time()) - 24 * 60 * 60)

    good = signing.dumps("ada")
    client = await visit.connect("/me", "an app")
    await said(visit, client, "a good token", good, "Hello ada")
    await client.leave()
    changed = good[:-1] + ("a" if good[-1] != "a" else "b")
    old = Yesterday(salt="django.core.signing").sign_object("ada")
    for what, bad in (("a changed token", changed), ("a token of yesterday", old)):
        await said(visit, await visit.connect("/me", "an app"), what, bad, closed(4401))


async def said(visit, client, what, message, expected):
    """Send a message that is too long for the table, under a name."""
    await client.socket.send(message)
    visit.step(what, expected, await client.receive(expected), what, client.agent)


token.hints = [
    "loads raises where the token is not good: try, and except signing.BadSignature.",
    "A token that is too old raises SignatureExpired, which is a BadSignature.",
    'try:\n    name = signing.loads(event["text"], max_age=60)\nexcept signing.BadSignature:\n    close with 4401',
]
token.why = (
    "Nobody can make a token without the SECRET_KEY, so the name in it is true; and a stolen one "
    "is good for a minute only. It travels in a message and not in the address, because addresses "
    "stand in logs."
)
token.mistakes = [
    ("a good token", NOTHING, "A good token is not answered: send Hello and the name."),
    ("a good token", closed(4401), "A good token is refused: signing.loads gives the name that is in it."),
    (
        "a good token",
        ANYTHING,
        "The token itself is greeted, or another name: signing.loads gives the name that is in it.",
    ),
    ("a changed token", closed(1011), "A changed token ended with 1011: catch signing.BadSignature."),
    ("a token of yesterday", ANYTHING, "A token of yesterday is still good: signing.loads(…, max_age=60)."),
    (ANYTHING, (closed(1000), closed(4000), closed(1008)), "The code is another one: 4401."),
    (ANYTHING, (NOTHING, DROPPED), "Nobody closes: a token that is not good ends with 4401."),
]
