"""The process that serves. The kernel starts it as a spare: it imports Django and waits.

Where there is fork, every worker is forked from the spare, which stays; elsewhere the spare becomes the worker. A
worker told to go imports the project's own modules and serves until it is told to retire. A guard, forked before all
of this, kills the whole process group when the kernel is gone, whatever its members do then.
"""

import asyncio
import contextlib
import faulthandler
import gc
import logging
import os
import queue
import select
import signal
import socket
import sys
import threading
import time
import traceback
import warnings
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path

import uvicorn

from ..disk import system
from ..disk.files import contents
from ..disk.modules import read_from_source
from ..record.printed import Printed
from ..record.recorder import Recorder
from . import output
from .load import attempt, broken, errors_of_uvicorn, explain, hidden, load
from .report import Reporter

HANDSHAKE = 0.1  # seconds
PREPARED = 0.05  # seconds without the word to go that make a worker one for later
BOUND = 0.25  # seconds between looks at the size of the log


def main(folder: str, log: str, mode: str, *numbers: str) -> None:
    """Run the spare of the project in `folder`, which prints to `log`; `mode` is fork or serve."""
    sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parents[2]]
    link, *sockets = system.borrowed(numbers)
    link = Connection(link.detach())
    if mode == "fork":
        guard(link, sockets)
    if hasattr(faulthandler, "register"):  # prints all stacks, whatever Python does at that moment
        stacks = Path(log).with_name("stack.log").open("ab")
        faulthandler.register(signal.SIGUSR1, stacks)
    with contextlib.suppress(EOFError, OSError):  # the kernel is gone
        link.send({"id": link.recv()["id"]})  # from here on it may ask for the stacks
        spare(Path(folder), log, mode, link, sockets)


def guard(link: Connection, sockets: list[socket.socket]) -> None:
    """Leave a process behind that ends this group when the kernel's end of the link is closed.

    A process that is told to end itself cannot do so while a call of C holds its interpreter.
    """
    if os.fork() == 0:
        for each in sockets:
            each.close()
        kernel = select.poll()
        kernel.register(link.fileno(), select.POLLHUP)
        kernel.poll()
        os.killpg(0, signal.SIGKILL)


def spare(folder: Path, log: str, mode: str, link: Connection, sockets: list[socket.socket]) -> None:
    """Import what every version of the project needs, then hand out workers, or become the only one."""
    if mode == "serve":
        channel = output.Channel(link)
        worker = Worker(folder, log, sockets)
        channel.answer(channel.next(), files=worker.files)
        worker.run(channel)
        return
    worker = Worker(folder, log, sockets)
    gc.collect()
    gc.freeze()  # memory that the collector leaves alone is shared with every worker
    while True:
        command = link.recv()
        answer = {"id": command["id"], "files": worker.files} if command["do"] == "load" else {"id": command["id"]}
        if command["do"] == "wait":
            answer["status"] = status(command["pid"])
        if command["do"] == "fork":
            connection = Connection(recv_handle(link))
            answer["pid"] = os.fork()
            if answer["pid"] == 0:
                link.close()
                worker.run(output.Channel(connection))
                return
            connection.close()
        link.send(answer)


def status(pid: int) -> int | None:
    """Return the exit status of a worker that has closed its channel, as `Popen.returncode` gives it."""
    for _ in range(50):
        with contextlib.suppress(ChildProcessError):
            ended, code = os.waitpid(pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(code)
        time.sleep(0.01)
    return None


def preload() -> None:
    """Import what every version of the project needs, and none of its own modules but settings and models."""
    from django.core.asgi import get_asgi_application

    get_asgi_application()


def configure(application, **options: object) -> uvicorn.Config:
    """Return a configuration of uvicorn that is loaded: its protocols and its event loop are imported."""
    config = uvicorn.Config(application, **{"log_config": None, **options})
    config.load()
    config.get_loop_factory()
    return config


def refused(options: dict) -> str:
    """Return why uvicorn does not take these options, as sentences; "" if it does."""
    with errors_of_uvicorn() as errors:
        error = options and attempt(lambda: configure(broken, **options))
    if not error:
        return ""
    wrong = {n: v for n, v in options.items() if attempt(lambda n=n, v=v: configure(broken, **{n: v}))}
    words = ", ".join(f"{name}={value!r}" for name, value in (wrong or options).items())
    why = errors[0] if errors else f"{type(error).__name__}: {error}"
    return f"uvicorn does not take {words}. {why}\nStart it without: server.start()"


class Worker:
    """One server process, from the word to go to its end; a spare holds one that every fork begins with."""

    def __init__(self, folder: Path, log: str, sockets: list[socket.socket]) -> None:
        self.folder, self.log, self.sockets = folder, log, sockets
        self.recorder = Recorder(folder / "websocket_app")
        self.started = False
        # Before the project's folder is on the path: whatever a file there hides, a server can say so.
        configure(broken)
        sys.path.insert(0, str(folder))
        read_from_source(folder)
        self.error = attempt(preload)
        files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        files |= {str(folder / "websocket_app" / name) for name in ("apps.py", "models.py")}
        self.files = {file: contents(Path(file)) for file in files if file and self.recorder.mine(file)}

    def run(self, channel: output.Channel) -> None:
        """Wait for the word to go, and serve."""
        self.channel = channel
        if system.FORKS:
            os.register_at_fork(after_in_child=self.let_go)
        try:
            self.go = self.channel.next(timeout=PREPARED)
        except queue.Empty:
            # Nobody waits: take the pages of memory that are shared with the spare now, not on the way to an answer.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self.go = self.channel.next()
        options = self.go["options"]
        why = refused(options)
        if why:
            self.channel.answer(self.go, refused=why)
            return
        output.write_to(self.log)
        self.serve({"timeout_graceful_shutdown": 2, **system.uvicorn_options(), **options})

    def let_go(self) -> None:
        """In a process that a handler forks: keep neither the port nor the channel."""
        for each in self.sockets:
            each.close()
        self.channel.connection.close()

    def serve(self, options: dict) -> None:
        """Load the project and serve it until told to stop; answer the word to go when connections are accepted."""
        # Configured first: uvicorn's own lines go to the log and are not a handler's.
        config = uvicorn.Config(None, **options)
        self.listen_to_output()
        error = self.error or attempt(lambda: setattr(config, "app", self.recorder.wrap(load())))
        if error is None:
            error = attempt(lambda: self.run_server(config, None))
            if self.started:
                return
        traceback.print_exception(error, file=self.log_stream)
        trouble = explain(error, self.recorder)
        config = uvicorn.Config(broken(trouble), **{**options, "lifespan": "off", "log_level": "warning"})
        self.run_server(config, trouble)

    def listen_to_output(self) -> None:
        """Record what the project prints, logs and is warned of, and name the line of a call without await."""
        self.log_stream = sys.stderr
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
            setattr(sys, name, Printed(self.recorder, stream))
        # What asyncio logs is told in other words, and is not the handler's own.
        logging.getLogger("asyncio").addHandler(logging.StreamHandler(self.log_stream))
        logging.getLogger("asyncio").propagate = False
        self.reporter = Reporter(self.recorder, [sys.stdout, sys.stderr])
        warnings.filterwarnings("always", message=".*was never awaited", category=RuntimeWarning)
        warnings.showwarning = self.recorder.warn
        sys.set_coroutine_origin_tracking_depth(1)

    def run_server(self, config: uvicorn.Config, trouble: dict | None) -> None:
        worker = self

        class Server(uvicorn.Server):
            async def startup(self, sockets=None):
                worker.reporter.follow(asyncio.get_running_loop())
                with errors_of_uvicorn() as errors:
                    try:
                        await super().startup(sockets=sockets)
                    except SystemExit:
                        raise errors[0] from None
                worker.started = True
                worker.channel.answer(worker.go, ready=True, trouble=trouble, hidden=hidden(worker.folder))
                for work in (worker.obey, worker.reporter.watch):
                    threading.Thread(target=work, daemon=True).start()

        self.server = Server(config)
        self.server.run(sockets=self.sockets)

    def obey(self) -> None:
        """Carry out commands, in a thread of their own: a handler that never yields cannot delay them."""
        while True:
            try:
                command = self.channel.next(timeout=BOUND)
            except queue.Empty:
                output.bound()
                continue
            if command["do"] == "report":
                self.channel.answer(command, **self.reporter.report(command["connections"], command["printed"]))
            if command["do"] == "retire":
                self.reporter.loop.call_soon_threadsafe(self.retire, command)

    def retire(self, command: dict) -> None:
        """Accept no more connections, say so, and stop: uvicorn closes open WebSockets with code 1012."""
        for server in self.server.servers:
            server.close()
        still_open = sum(c.open and not c.gone and c.type == "websocket" for c in self.recorder.connections)
        # uvicorn drops a connection whose handshake is not complete: let those that are here finish theirs.
        self.reporter.loop.call_later(HANDSHAKE, setattr, self.server, "should_exit", True)
        if command["quiet"]:
            output.write_to(os.devnull)  # from now on the log is another worker's
        self.channel.answer(command, open=still_open)
