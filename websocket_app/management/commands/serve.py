"""`manage.py serve`: the finished project on uvicorn, the way to run it for others."""

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import socket

from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

# A long cookie needs a longer header line than the 8 KiB that websockets reads
# by default; uvicorn 0.54 leaves a client that exceeds it without an answer.
os.environ.setdefault("WEBSOCKETS_MAX_LINE_LENGTH", "65536")

import uvicorn  # It imports websockets, which reads the line above.

# The figures are of two cores of an AMD EPYC, on CPython 3.13.
FLAGS = {
    # uvloop answers nearly twice as many messages as asyncio's own loop. "auto": where it is installed.
    "loop": "auto",
    # uvicorn knows best which of its WebSocket implementations fits the installed library.
    "ws": "auto",
    # Compression more than doubles a connection's memory, and 254 KiB can unpack to 256 MiB.
    "ws_per_message_deflate": False,
    # The longest message, 1 MiB: it is held in memory whole. A longer one is closed with 1009.
    "ws_max_size": 2**20,
    # Who does not answer a Ping is gone, and out of its room, within 8.5 s; uvicorn's own 20 and 20 make 40.
    # It costs 1.5 % of a core for each 1,000 clients. A Pong waits behind messages that a handler has not received, so
    # one that works for seconds listens meanwhile, as in lesson 15.
    "ws_ping_interval": 4,
    "ws_ping_timeout": 4.5,
    # A start that fails must end the process, and limits.py needs the state that lifespan.py fills.
    "lifespan": "on",
    # Writing a line for each handshake costs about a seventh of all handshakes.
    "log_level": "warning",
    # Handlers that ignore websocket.disconnect get this many seconds, then they are cancelled.
    "timeout_graceful_shutdown": 3,
}

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def without_traceback(record):
    """Let uvicorn log text that is not UTF-8, and a handler that the stop cancels, without saying where in itself."""
    if record.exc_info and isinstance(record.exc_info[1], (UnicodeDecodeError, asyncio.CancelledError)):
        record.exc_info = None
    return True


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        # What is loaded by now stays: the collector need not look at it again and again, and with
        # many connections it should look less often. Handshakes with 5,000 clients: +20%.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 10, 20)
        address = sockets[0].getsockname()
        if isinstance(address, tuple):
            host, port = address[:2]
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
        print(f"Serving {address}", flush=True)


def port(text):
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port. Take a number from 0 to 65535.")
    return int(text)


def listen(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = str(error.strerror or error).partition(" (")[0]
        raise CommandError(
            f"Cannot listen on port {port} of {host} ({why}). Stop the program that "
            f"has it, or take another port: manage.py serve --port {port % 65535 + 1}"
        ) from None


def listen_at(path):
    """Listen on a Unix socket that this user and its group may open, in place of one that a dead server left."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        with contextlib.suppress(ConnectionRefusedError, FileNotFoundError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(path)
            raise OSError("a server listens there already")
        if os.path.exists(path):
            os.unlink(path)
        os.umask(0o117)
        listener.bind(path)
        listener.listen(2048)
        return listener
    except OSError as error:
        raise CommandError(f"Cannot listen on {path} ({error.strerror or error}).") from None


def listen_on(descriptor):
    try:
        return socket.socket(fileno=descriptor)
    except OSError as error:
        raise CommandError(f"--fd {descriptor} is not an open socket ({error.strerror}).") from None


def allow_open_files(number):
    """Ask the system for `number` open files: each connection is one, and 1,024 is common."""
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < number:
        wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Command(BaseCommand):
    help = "Serve the project with uvicorn, HTTP and WebSockets on one port."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets others in, with DEBUG off")
        parser.add_argument("--port", default=8000, type=port, help="0 takes a free one")
        parser.add_argument("--uds", metavar="PATH", help="a Unix socket instead, for a proxy of the same group")
        parser.add_argument("--fd", type=int, help="a socket instead that is open already, such as systemd's 3")
        parser.add_argument("--access-log", action="store_true", help="a line for each request, its query included")

    def handle(self, *args, host, port, uds, fd, access_log, **options):
        if settings.DEBUG and host not in LOOPBACK:
            raise CommandError(
                "DEBUG is on, and it shows code and settings to everyone who reaches this machine. For others, choose "
                "production: DJANGO_DEBUG=false, and what settings.py says beside it."
            )
        if not settings.DEBUG:
            self.check(include_deployment_checks=True, fail_level=checks.WARNING)
        listener = listen_at(uds) if uds else listen(host, port) if fd is None else listen_on(fd)
        os.umask(0o077)  # What is made from here on, such as the database, is not for other users of this machine.
        if connection.vendor == "sqlite":  # The embedded database: nobody else makes its tables.
            call_command("migrate", verbosity=0)
            connection.close()
        logging.getLogger("uvicorn.error").addFilter(without_traceback)
        allow_open_files(settings.WEBSOCKET_CONNECTIONS + 200)
        flags = FLAGS | ({"log_level": "info"} if access_log else {"access_log": False})
        if listener.family == getattr(socket, "AF_UNIX", None):
            flags["forwarded_allow_ips"] = "*"  # Only a proxy that may open the file gets here.
        config = uvicorn.Config("websocket_app.asgi:application", **flags)
        # Ctrl+C ends the server, so it needs no traceback.
        with contextlib.suppress(KeyboardInterrupt):
            Server(config).run(sockets=[listener])
