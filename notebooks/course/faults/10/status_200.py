"""Saying no before yes: an HTTP answer to the handshake. Lesson 10."""

import asyncio
import contextlib
import logging

logger = logging.getLogger(__name__)


def refusal(status, reason):
    """Give an application that refuses each client with `status`."""

    async def refuse(scope, receive, send):
        logger.warning("%s %r: %s", status, scope["path"][:200], reason)
        await receive()  # websocket.connect

        if "websocket.http.response" not in scope.get("extensions", {}):
            # This server can only close before accept: the client sees 403.
            await send({"type": "websocket.close"})
            return

        await send(
            {
                "type": "websocket.http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/plain; charset=utf-8")],
            }
        )
        await send(
            {
                "type": "websocket.http.response.body",
                "body": f"{reason}\n".encode(),
            }
        )

        # We are told twice that it is over: once for the answer and once for
        # the connection. uvicorn 0.54 calls it an error to leave in between:
        # https://github.com/Kludex/uvicorn/pull/3138
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await receive()
                await receive()

    return refuse
