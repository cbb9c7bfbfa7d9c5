"""How long? Who logs out is gone from every open connection. Lesson 13."""

import asyncio
import contextlib
import logging

from websocket_app.users import find_user, session_key

LOOK_AGAIN_AFTER = 3  # seconds
logger = logging.getLogger(__name__)
watched = set()  # (session key, user, end) of each connection
looking, ending = set(), set()  # tasks: asyncio forgets what nobody holds


def end_at_log_out(application):
    def until_log_out(scope, receive, send):
        if scope["user"].is_anonymous:
            return application(scope, receive, send)
        return watch(application, scope, receive, send)

    return until_log_out


async def watch(application, scope, receive, send):
    ended = False

    async def end():
        nonlocal ended
        ended = True
        close = {"type": "websocket.close", "code": 4401}
        with contextlib.suppress(OSError, RuntimeError):
            await send({**close, "reason": "Logged out"})

    async def send_until_then(event):
        if ended or event["type"] == "websocket.accept":
            await send(event)

    connection = (session_key(scope), scope["user"], end)
    watched.add(connection)
    if not looking:
        keep(look_again(), looking)
    try:
        await application(scope, receive, send_until_then)
    finally:
        watched.discard(connection)


def keep(coroutine, tasks):
    task = asyncio.create_task(coroutine)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def look_again():
    answers = True
    while watched:
        await asyncio.sleep(LOOK_AGAIN_AFTER)
        users = {}  # each session is asked for once
        try:
            for key in {key for key, _, _ in watched}:
                users[key] = await find_user(key)
            answers = True
        except Exception as error:  # Everybody stays, and the log has a line.
            if answers:
                logger.warning("Nobody can be logged out: %r", error)
            answers = False
        for connection in list(watched):
            key, user, end = connection
            if users.get(key, user) != user:
                watched.discard(connection)
                keep(end(), ending)  # Who does not read stalls nobody.
