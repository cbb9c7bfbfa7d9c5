"""One place for errors: a line in the log and a close frame. Lesson 7."""

import asyncio
import contextlib
import logging
import traceback
from pathlib import Path

logger = logging.getLogger(__name__)


def safely(application):
    async def safe(scope, receive, send):
        sent, gone = None, False

        async def noted_send(event):
            nonlocal sent, gone
            try:
                await send(event)
            except (OSError, asyncio.CancelledError):
                gone = True  # OSError: the specification's word for it.
                raise
            sent = event["type"]

        try:
            await application(scope, receive, noted_send)
            close = {"type": "websocket.close", "code": 1000}
        except (Exception, asyncio.CancelledError) as error:
            while isinstance(error, BaseExceptionGroup):
                # Of a TaskGroup: what counts is any error but a lost client.
                error = (error.split(OSError)[1] or error).exceptions[0]
            stops = asyncio.current_task().cancelling()
            if stops and isinstance(error, asyncio.CancelledError):
                logger.error("Still busy at the stop: %s", in_one_line(error))
                raise
            if gone and isinstance(error, OSError):
                return  # The client left first. That is no error of ours.
            logger.error("%s", in_one_line(error))
            close = {"type": "websocket.close", "code": 1011}

        # A client that is not accepted yet gets the server's own answer, 500.
        if sent == "websocket.accept":
            with contextlib.suppress(OSError, RuntimeError):  # Too late.
                await send(close)

    return safe


def in_one_line(error):
    """Name `error` and the place in our own code that it came from."""
    place = "errors.py"
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.parent.name == "websocket_app" and file.name != "errors.py":
            place = f"{file.name}:{frame.lineno}"
    # repr() keeps a line break that a client sent from looking like our log.
    return f"{repr(error)[:200]} in {place}"
