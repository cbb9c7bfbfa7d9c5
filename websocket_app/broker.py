"""Bells of other processes: Redis carries them, and no message. Lesson 19."""

import asyncio
import logging
import os

CHANNEL = "websocket_app.bells"
LOOK = 1  # second until every room is looked at, bell or not
outgoing = asyncio.Queue(1000)  # rooms in which something was stored here
logger = logging.getLogger(__name__)


def connect():
    """Return a client of Redis; without one, nobody rings, and all look."""
    if url := os.environ.get("REDIS_URL"):  # redis://localhost:6379
        from redis.asyncio import Redis  # Only who has a URL needs this.

        return Redis.from_url(url, decode_responses=True, retry=None)


def ring_elsewhere(room):
    if not outgoing.full():  # Redis is gone; the others look.
        outgoing.put_nowait(room)


async def listen(redis, ring, ring_all):
    """Ring here for what other processes store."""
    async with asyncio.TaskGroup() as tasks:
        if redis:
            tasks.create_task(exchange(redis, ring, ring_all))
        while True:
            await asyncio.sleep(LOOK)
            ring_all()


async def exchange(redis, ring, ring_all):
    lost = False
    while True:
        try:
            async with redis.pubsub() as bells, asyncio.TaskGroup() as tasks:
                await bells.subscribe(CHANNEL)
                tasks.create_task(send(redis))
                async for event in bells.listen():
                    if event["type"] == "message":
                        ring(event["data"])
                    else:  # "subscribe": no bell from before has come here.
                        lost = False
                        ring_all()
        except* Exception as group:
            if not lost:
                logger.error("No bells from others: %r", group.exceptions[0])
            lost = True
        await asyncio.sleep(1)


async def send(redis):
    while True:
        await redis.publish(CHANNEL, await outgoing.get())
