"""Who has a room: this application, what you would use instead, and both in two processes with a Redis between them."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.edit import copy_project
from benchmarks.servers import (
    READY,
    ROOT,
    SERVER_CORE,
    Peer,
    Server,
    daphne,
    module,
    pinned,
    running,
    this_application,
    uvicorn,
)

ROOM = "this application's room, on uvloop"
ROOM_ASYNCIO = "the same on asyncio's own loop"
UNSTORED = "the room of lesson 16, which stores nothing, on uvloop"
BROADCAST = "`websockets.broadcast` on uvloop"
BROADCAST_ASYNCIO = "the same on asyncio's loop"
CHANNELS_DAPHNE = "Channels in memory, on daphne"
CHANNELS_UVICORN = "Channels in memory, on uvicorn"
ROOM_TWICE = "this application in two processes"
CHANNELS_TWICE = "Channels in two processes, over Redis"
CHANNELS_PUBSUB = "the same over Redis' pub/sub"


@dataclass(frozen=True)
class RoomPeer(Peer):
    """A peer with a room, in as many processes; more than one have a Redis between them."""

    processes: int = 1
    begins: int | None = None  # the lesson that begins with this project; None is the finished one
    layer: str = ""  # of Channels


def on_asyncio(port: int) -> list[str]:
    """Return the command of this project with all its flags but the loop."""
    code = (
        "from websocket_app.management.commands.serve import FLAGS; FLAGS['loop'] = 'asyncio'; import manage;"
        " manage.main()"
    )
    return ["-c", code, "serve", "--port", str(port)]


channels_on_uvicorn = uvicorn("benchmarks.peers.channels_project.asgi:application")
PEERS = [
    RoomPeer(ROOM, this_application),
    RoomPeer(ROOM_ASYNCIO, on_asyncio),
    RoomPeer(UNSTORED, this_application, begins=17),
    RoomPeer(BROADCAST, module("websockets_broadcast", "--uvloop")),
    RoomPeer(BROADCAST_ASYNCIO, module("websockets_broadcast")),
    RoomPeer(CHANNELS_DAPHNE, daphne),
    RoomPeer(CHANNELS_UVICORN, channels_on_uvicorn),
    RoomPeer(ROOM_TWICE, this_application, processes=2),
    RoomPeer(CHANNELS_TWICE, channels_on_uvicorn, processes=2, layer="channels_redis.core.RedisChannelLayer"),
    RoomPeer(CHANNELS_PUBSUB, channels_on_uvicorn, processes=2, layer="channels_redis.pubsub.RedisPubSubChannelLayer"),
]


@contextmanager
def running_apart(peer: RoomPeer) -> Iterator[list[Server]]:
    """Run a peer on a copy of the project, so that your own database stays as it is."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, environment = copy_project(Path(name)), {}
        for lesson in range(1, (peer.begins or 0) + 1):
            start = ROOT / f"notebooks/course/starts/{lesson:02}"
            if start.exists():
                shutil.copytree(start, folder, dirs_exist_ok=True)
        if peer.processes > 1:
            environment["REDIS_URL"] = stack.enter_context(redis())
        if peer.layer:
            environment["LAYER"] = peer.layer
        yield [stack.enter_context(running(peer, folder, **environment)) for _ in range(peer.processes)]


@contextmanager
def redis() -> Iterator[str]:
    """Run a Redis on the servers' core, which no other user reaches; return its address."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if not program:
        raise SystemExit("Redis is not installed, for example: sudo apt install redis-server")
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder, "socket")
        command = [program, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        with pinned(SERVER_CORE):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            end = time.monotonic() + READY
            while not socket.exists() and time.monotonic() < end and process.poll() is None:
                time.sleep(0.005)
            yield f"unix://{socket}"
        finally:
            process.kill()
            process.wait()
