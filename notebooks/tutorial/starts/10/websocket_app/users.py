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

        # A session can end while its connection is open: by logging out in
        # any tab, a new password, an expiry. The process that sees it may be
        # another one, so ask the session store again from time to time.
        handler = asyncio.create_task(application(scope, receive, send))
        try:
            while not await finished(handler, LOOK_AGAIN_AFTER):
                if await current_user(scope) != user:
                    await cancel(handler)
                    close = {
                        "type": "websocket.close",
                        "code": 1008,
                        "reason": "Logged out",
                    }
                    await send(close)
                    return
            await handler  # An error of the handler's goes on from here.
        finally:
            handler.cancel()

    return with_user


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
    try:
        return await aget_user(request)
    finally:
        # After an HTTP request Django gives the database connection back.
        # Nobody does it for a WebSocket.
        if key:
            await sync_to_async(close_old_connections)()


async def finished(task, seconds):
    done, _ = await asyncio.wait([task], timeout=seconds)
    return task in done


async def cancel(task):
    task.cancel()
    await asyncio.wait([task])
