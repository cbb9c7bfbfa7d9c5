"""Who is there? The user of Django's session cookie. Lesson 11."""

import asyncio
import logging
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import signed_cookies
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie

logger = logging.getLogger(__name__)
PATIENCE = 5  # seconds that the session store has for an answer


def add_user(application):
    def with_user(scope, receive, send):
        key = session_key(scope)
        if key:
            return known(key, scope, receive, send)
        scope = {**scope, "user": AnonymousUser()}
        return application(scope, receive, send)

    async def known(key, scope, receive, send):
        try:
            user = await find_user(key)
        except Exception as error:  # No tables, or no database at all.
            logger.warning("Nobody can be logged in: %r", error)
            user = AnonymousUser()
        await application({**scope, "user": user}, receive, send)

    return with_user


def session_key(scope):
    """Give the session cookie of a handshake, or None."""
    texts = [t for n, t in scope["headers"] if n.lower() == b"cookie"]
    cookies = parse_cookie(b"; ".join(texts).decode("latin-1"))
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    # Some databases refuse to look for other text.
    return key if key.isascii() and key.isprintable() else None


async def find_user(key):
    """Give the user of a session, or AnonymousUser; raise if none answers."""
    async with asyncio.timeout(PATIENCE):
        return await asyncio.to_thread(look_up, key)


def look_up(key):
    store = import_module(settings.SESSION_ENGINE).SessionStore(key)
    request = HttpRequest()
    # get_user may change the session, and we only look: so it gets a copy.
    request.session = signed_cookies.SessionStore()
    try:
        request.session.update(store.load())
        return get_user(request)
    finally:
        close_old_connections()  # As Django does after each request.
