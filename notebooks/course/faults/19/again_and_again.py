"""Nothing missed: store, ring a bell, read what is new. Lessons 18, 19."""

import asyncio
import logging

from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_POST

from websocket_app.broker import connect, listen, ring_elsewhere
from websocket_app.history import fresh, line, newest
from websocket_app.models import Message

logger = logging.getLogger(__name__)
told = {}  # {"lobby": id of the last message that was told there}
bells = asyncio.Queue()  # rooms that have something new
hearing = None  # the task that hears the bells, one in a process


def ring(room):
    """Say that a room has something new; a view may, in its thread."""
    if hearing:
        loop = hearing.get_loop()
        loop.call_soon_threadsafe(bells.put_nowait, room)
        loop.call_soon_threadsafe(ring_elsewhere, room)


def ring_all():
    if bells.empty():
        for room in told:
            bells.put_nowait(room)


def begin(tell):
    """Hear the bells from now on; lifespan.py says when."""
    global hearing
    hearing = hearing or asyncio.create_task(hear(tell, connect()))


async def hear(tell, redis):
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listen(redis, bells.put_nowait, ring_all))
        while True:
            room = await bells.get()
            try:
                await tell_new(room, tell)
            except Exception as error:  # The database is gone, perhaps.
                logger.error("Not told yet: %r", error)


async def tell_new(room, tell):
    if room in told:
        rows = Message.objects.filter(room=room, id__gt=told[room])
        await fresh()
        async for message in rows.order_by("id"):
            # Who is in the room has heard all up to told[room].
            if told.get(room, message.id) < message.id:
                tell(room, line(message))
                await asyncio.sleep(0)  # The writers write.


async def enter(room, tell):
    """Give the id up to which all is told in a room."""
    begin(tell)  # Some servers have no lifespan.
    told.setdefault(room, await newest(room))
    bells.put_nowait(room)  # For what was stored while we asked.
    return told[room]


@require_POST
def say(request, name):
    """A view like any other, and every browser in the room hears of it."""
    text = request.POST.get("text", "")
    if not 0 < len(text) <= 2000:
        return HttpResponseBadRequest("1 to 2000 characters, please.")
    who = request.user.get_username() or "nobody"
    message = Message.objects.create(room=name, who=who, text=text)
    ring(name)
    return JsonResponse({"id": message.id})
