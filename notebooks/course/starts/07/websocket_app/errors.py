"""An error in one connection: one line in the log and a close frame."""

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
            except OSError:
                # The specification: sending to a client that has gone.
                gone = True
                raise
            sent = event["type"]

        try:
            await application(scope, receive, noted_send)
            close = {"type": "websocket.close", "code": 1000}
        except Exception as error:
            if gone and isinstance(error, OSError):
                return  # The client left first. That is no error of ours.
            logger.error("%s", in_one_line(error))
            # What went wrong is for our log. The client learns no details.
            close = {"type": "websocket.close", "code": 1011}

        # Without a close frame the client could only guess: 1006. A client
        # that is not accepted yet gets the server's own answer, 500.
        if sent in ("websocket.accept", "websocket.send"):
            # Too late is no matter: the client has left, or has its close.
            with contextlib.suppress(OSError, RuntimeError):
                await send(close)

    return safe


def without_traceback(record):
    """Let uvicorn log text that is not UTF-8, but not where it found out."""
    if record.exc_info and isinstance(record.exc_info[1], UnicodeDecodeError):
        record.exc_info = None
    return True


logging.getLogger("uvicorn.error").addFilter(without_traceback)


def in_one_line(error):
    """Name `error` and the place in our own code that it came from."""
    here = Path(__file__)
    places = ["errors.py"]
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(here.parent) and file != here:
            places.append(f"{file.name}:{frame.lineno}")
    # repr() keeps a line break that a client sent from looking like our log.
    return f"{repr(error)[:200]} in {places[-1]}"
