"""Rooms: whoever is in one hears what is said there. Lesson 16."""

import asyncio
import contextlib

WAITING = 100  # messages that a client may be behind
PATIENCE = 5  # seconds for a close frame that nobody reads
rooms = {}  # {"lobby": {queue: (who, patience)}}
changed = set()  # rooms whose list is about to be told


async def room_application(scope, receive, send, name):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})

    who = scope["user"].get_username() or "nobody"
    queue = asyncio.Queue(WAITING)
    try:
        async with (
            asyncio.timeout(None) as patience,  # TimeoutError is an OSError.
            asyncio.TaskGroup() as both,
        ):
            rooms.setdefault(name, {})[queue] = who, patience
            tell_who(name)
            writing = both.create_task(write(queue, send))
            await read(receive, name, who)
            writing.cancel()
    finally:
        leave(name, queue)


async def read(receive, name, who):
    while (event := await receive())["type"] != "websocket.disconnect":
        if event.get("text") is not None:
            tell(name, f"{who}: {event['text']}")


async def write(queue, send):
    with contextlib.suppress(OSError):  # Gone: receive() is about to tell.
        while True:
            await send(event := await queue.get())
            if event["type"] == "websocket.close":
                break


def tell(name, text):
    for queue, (_, patience) in list(rooms.get(name, {}).items()):
        if not queue.full():
            queue.put_nowait({"type": "websocket.send", "text": text})
            continue
        # Too slow. What waits for this client gives way to the close frame.
        leave(name, queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait({"type": "websocket.close", "code": 4008})
        patience.reschedule(asyncio.get_running_loop().time() + PATIENCE)


def leave(name, queue):
    if rooms.get(name, {}).pop(queue, None):
        if not rooms[name]:
            del rooms[name]


def tell_who(name):
    # One list a second, however many come and go.
    if name not in changed:
        changed.add(name)
        asyncio.get_running_loop().call_later(1, tell_list, name)


def tell_list(name):
    changed.discard(name)
    names = sorted(who for who, _ in rooms.get(name, {}).values())
    tell(name, f"Here: {', '.join(names)}")
