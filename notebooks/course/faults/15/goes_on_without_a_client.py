"""Slow work: an answer word by word, which a client can stop. Lesson 15."""

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import sync_to_async

ANSWER = (
    "This answer takes five seconds. Each word comes as soon as it is ready. "
    "You need not wait for more."
)
# Threads of our own: slow work takes none from the rest of the project.
threads = ThreadPoolExecutor(8, "stream")


@sync_to_async(thread_sensitive=False, executor=threads)
def slowly(word):
    time.sleep(0.25)  # Work that blocks: a file, a driver, a calculation.
    return word


async def stream_application(scope, receive, send):
    """Each message is a question; "stop" and leaving end the answer."""
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})

    async with asyncio.TaskGroup() as tasks:
        work = None
        while (event := await receive())["type"] != "websocket.disconnect":
            await end(work)
            if event.get("text") == "stop":
                await say(send, "(stopped)")
            else:
                work = tasks.create_task(answer(send))


async def end(work):
    if work:
        work.cancel()
        await asyncio.wait([work])  # cancel() only asks.


async def answer(send):
    for word in ANSWER.split():
        await say(send, await slowly(word))
    await say(send, "(end)")


async def say(send, text):
    # Who has left hears nothing more. receive() is about to tell.
    with contextlib.suppress(OSError):
        await send({"type": "websocket.send", "text": text})
