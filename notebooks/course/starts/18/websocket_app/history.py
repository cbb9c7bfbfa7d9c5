"""Store first, then tell: what was said outlives the server. Lesson 17."""

import logging

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections

from websocket_app.models import Message

LAST = 20  # messages that a room tells whoever comes in
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


async def remember(room, send):
    """Send the last messages, the oldest first."""
    await fresh()
    newest = Message.objects.filter(room=room).order_by("-id")[:LAST]
    try:
        texts = [str(message) async for message in newest]
    except DatabaseError as error:
        logger.error("Not remembered: %r", error)
        texts = ["(This room remembers nothing now.)"]
    for text in reversed(texts):
        await send({"type": "websocket.send", "text": text})
