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


def add_user(application):
    async def with_user(scope, receive, send):
        user = AnonymousUser()
        try:
            user = await find_user(session_key(scope))
        except Exception as error:  # No tables, or no database at all.
            logger.warning("Nobody can be logged in: %r", error)
        await application({**scope, "user": user}, receive, send)

    def with_cookie_or_not(scope, receive, send):
        if session_key(scope):
            return with_user(scope, receive, send)
        return application({**scope, "user": AnonymousUser()}, receive, send)

    return with_cookie_or_not


def session_key(scope):
    texts = [t for n, t in scope["headers"] if n.lower() == b"cookie"]
    cookies = parse_cookie(b"; ".join(texts).decode("latin-1"))
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    # Some databases refuse to look for other text.
    return key if key.isascii() and key.isprintable() else None


async def find_user(key):
    # In a thread, because a database makes one wait; five seconds at most.
    return await asyncio.wait_for(asyncio.to_thread(look_up, key), 5)


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
