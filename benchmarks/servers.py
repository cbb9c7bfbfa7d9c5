"""Starting and stopping the peers, each on a core of its own where the system allows it."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, TypeVar

import psutil

from benchmarks.figures import CHANNELS, THIRTEEN_LINES, THIS_APPLICATION, WEBSOCKETS, WEBSOCKETS_UVLOOP

ROOT = Path(__file__).resolve().parent.parent
Result = TypeVar("Result")
READY = 20  # Seconds a server may take to start.


@dataclass(frozen=True)
class Peer:
    """A server by name, with the command that serves it on a port."""

    name: str
    command: Callable[[int], list[str]]
    compression: bool = False


@dataclass(frozen=True)
class Watched(Generic[Result]):
    """The result of some load, with how busy (% of a core) the server and this process were."""

    result: Result
    seconds: float
    server_busy: float
    load_busy: float


@dataclass(frozen=True)
class Server:
    """A peer that runs, and accepts connections on `port`."""

    peer: Peer
    port: int
    process: psutil.Process

    def memory(self) -> int:
        """Return the resident memory in bytes."""
        return self.process.memory_info().rss

    def cpu(self) -> float:
        """Return the seconds of processor time used so far."""
        times = self.process.cpu_times()
        return times.user + times.system


def watch(servers: Sequence[Server], work: Callable[[], Result]) -> Watched[Result]:
    """Return what `work` returns, how long it took, and how busy both sides were meanwhile."""

    def cpu() -> float:
        return sum(server.cpu() for server in servers)

    start, server, load = time.perf_counter(), cpu(), time.process_time()
    result = work()
    seconds = time.perf_counter() - start
    server, load = cpu() - server, time.process_time() - load
    return Watched(result, seconds, 100 * server / seconds, 100 * load / seconds)


def this_application(port: int) -> list[str]:
    """Return the command that serves the finished project with its production flags."""
    return ["manage.py", "serve", "--port", str(port)]


def with_compression(port: int) -> list[str]:
    """Return the command that serves it with uvicorn's own flags, which compress."""
    return ["-m", "uvicorn", "websocket_app.asgi:application", "--port", str(port), "--log-level", "warning"]


def module(name: str, *options: str) -> Callable[[int], list[str]]:
    """Return what starts a peer that is a module of its own."""
    return lambda port: ["-m", f"benchmarks.peers.{name}", str(port), *options]


def uvicorn(application: str) -> Callable[[int], list[str]]:
    """Return what starts a peer on uvicorn: uvloop, no compression and no line per connection."""
    flags = ["--log-level", "warning", "--ws-per-message-deflate", "false"]
    return lambda port: ["-m", "uvicorn", application, "--port", str(port), *flags]


def daphne(port: int) -> list[str]:
    """Return the command for daphne, which has no compression, without a line per connection."""
    project = "benchmarks.peers.channels_project.asgi:application"
    return ["-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), project]


PEERS = [
    Peer(THIS_APPLICATION, this_application),
    Peer("the same, compression on", with_compression, compression=True),
    Peer(THIRTEEN_LINES, module("thirteen_lines")),
    Peer(CHANNELS, daphne),
    Peer("Channels on uvicorn", uvicorn("benchmarks.peers.channels_project.asgi:application")),
    Peer("Starlette on uvicorn", uvicorn("benchmarks.peers.starlette_app:app")),
    Peer(WEBSOCKETS, module("websockets_serve")),
    Peer(WEBSOCKETS_UVLOOP, module("websockets_serve", "--uvloop")),
    Peer("aiohttp", module("aiohttp_server")),
    Peer("picows, the limit", module("picows_server")),
]


def cores() -> tuple[int, int] | tuple[None, None]:
    """Return the cores for the servers and for the load; None with one core, on macOS and Windows."""
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else []
    return (allowed[0], allowed[-1]) if len(allowed) > 1 else (None, None)


SERVER_CORE, LOAD_CORE = cores()


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Keep this process, and what it starts meanwhile, on one core; None leaves it as it is."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(peer: Peer, folder: Path = ROOT, **more: str) -> Iterator[Server]:
    """Start a peer in a folder, wait until it takes connections, and stop it at the end whatever happens.

    `more` is added to its environment. Servers are on one core; inside the block this process is on another.
    """
    port = free_port()
    environment = {
        "DJANGO_DEBUG": "false",
        "DJANGO_SECRET_KEY": secrets.token_hex(32),
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
        "WEBSOCKET_MESSAGES_PER_SECOND": "1000000",  # Its own limits would stop the load.
        "WEBSOCKET_CONNECTIONS_EACH": "1000000",
        **more,
    }
    with tempfile.TemporaryFile() as log:
        with pinned(SERVER_CORE):
            process = start(peer.command(port), folder, log, environment)
        try:
            wait_until_open(port, process, log)
            with pinned(LOAD_CORE):
                yield Server(peer, port, psutil.Process(process.pid))
        finally:
            stop(process)


def start(
    command: list[str], folder: Path, log: IO[bytes] | int, environment: dict[str, str] | None = None
) -> subprocess.Popen:
    """Start `python` with a command in a folder; what it prints goes to `log`."""
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )


def stop(process: subprocess.Popen) -> None:
    """Kill a server with all it has started; a reloader is stopped first, so it starts no more."""
    try:
        parent = psutil.Process(process.pid)
        parent.suspend()
        for child in parent.children(recursive=True):
            child.kill()
    except psutil.NoSuchProcess:
        pass
    process.kill()
    process.wait()


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def wait_until_open(port: int, process: subprocess.Popen, log: IO[bytes]) -> None:
    """Return once the server takes connections. Raises SystemExit with its log if it will not."""
    end = time.monotonic() + READY
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.005)
    log.seek(0)
    printed = log.read().decode(errors="replace")
    raise SystemExit(f"This took no connection within {READY} s: {process.args}\n{printed}")
