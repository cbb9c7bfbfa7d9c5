"""Store first, then tell: it outlives the server. Lessons 17, 18."""

import logging
import re

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections

from websocket_app.models import Message

LAST = 20  # messages that a room tells whoever comes in
MOST = 500  # messages that it tells whoever comes back
logger = logging.getLogger(__name__)
# Nothing uses a connection to the database that has broken meanwhile.
fresh = sync_to_async(close_old_connections)


async def store(room, who, text, queue):
    """Tell whether it is kept; if not, whoever said it hears so."""
    await fresh()
    try:
        await Message.objects.acreate(room=room, who=who, text=text)
    except DatabaseError as error:
        logger.error("Not kept: %r", error)
        if not queue.full():
            text = "(Not kept, so nobody hears it. Try again.)"
            queue.put_nowait({"type": "websocket.send", "text": text})
        return False
    return True


async def newest(room):
    await fresh()
    message = await Message.objects.filter(room=room).order_by("id").alast()
    return message.id if message else 0


async def remember(room, scope, upto, send):
    """Send the last messages, or with ?after=7 what came after number 7."""
    query = scope.get("query_string", b"")
    asked = re.search(rb"(?:^|&)after=(\d{1,18})(?:&|$)", query)
    rows = Message.objects.filter(room=room, id__lte=upto).order_by("-id")
    if asked:
        rows = rows.filter(id__gte=int(asked[1]))
    await fresh()
    rows = rows[: MOST if asked else LAST]
    texts = [line(message) async for message in rows]
    if len(texts) == MOST:
        texts.append(f"(More is new. These are the last {MOST}.)")
    for text in reversed(texts):
        await send({"type": "websocket.send", "text": text})


def line(message):
    return f"{message.id} {message}"
