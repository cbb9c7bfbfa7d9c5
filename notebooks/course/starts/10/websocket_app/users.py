"""Who is there? The session cookie, read with Django's own back ends."""

import asyncio
from importlib import import_module

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import aget_user
from django.db import close_old_connections

from websocket_app.handshake import handshake_request

LOOK_AGAIN_AFTER = 3  # seconds


def add_user(application):
    async def with_user(scope, receive, send):
        user = await current_user(scope)
        scope = {**scope, "user": user}

        if user.is_anonymous:
            await application(scope, receive, send)
            return

        handler = asyncio.create_task(application(scope, receive, send))
        log_out = asyncio.create_task(logged_out(scope))
        log_out.add_done_callback(lambda log_out: handler.cancel())
        try:
            await handler  # An error of the handler's goes on from here.
        except asyncio.CancelledError:
            if not log_out.done():
                raise  # The server stops.
            await log_out  # An error of the session store's goes on, too.
            close = {
                "type": "websocket.close",
                "code": 1008,
                "reason": "Logged out",
            }
            await send(close)
        finally:
            log_out.cancel()

    return with_user


async def logged_out(scope):
    # In any tab, by a new password or an expiry, and maybe through another
    # process: so ask the session store. All looks share one thread, which
    # some 4,000 logged-in connections fill: then look once for each session.
    user = scope["user"]
    while user == scope["user"]:
        await asyncio.sleep(LOOK_AGAIN_AFTER)
        user = await current_user(scope)


async def current_user(scope):
    """Give the user of the session that the cookie names, or AnonymousUser.

    Expired, forged or garbage: Django finds no such session. Without a cookie
    it does not even ask the database.
    """
    request = handshake_request(scope)
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if key and not (key.isascii() and key.isprintable()):
        key = None  # Some databases refuse to look for such text.
    store = import_module(settings.SESSION_ENGINE).SessionStore
    request.session = store(key)
    # Only look: a new key (SECRET_KEY_FALLBACKS) would need a new cookie.
    request.session.acycle_key = request.session.aflush = nothing
    try:
        return await aget_user(request)
    finally:
        # Django does this after an HTTP request, and nobody for a WebSocket.
        if key:
            await sync_to_async(close_old_connections)()


async def nothing():
    pass
