"""One worker: it loads the project's own modules when it is told to go, and serves until it is told to retire."""

import asyncio
import gc
import logging
import os
import queue
import socket
import sys
import threading
import time
import traceback
import warnings
from pathlib import Path

import uvicorn

from ..disk import system
from ..disk.files import contents
from ..disk.modules import read_from_source
from ..record.nets import Watched
from ..record.printed import Printed
from ..record.recorder import Recorder
from . import output
from .load import attempt, broken, configure, errors_of_uvicorn, explain, hidden, load, preload, refused
from .report import Reporter

HANDSHAKE = 0.1  # seconds
PREPARED = 0.05  # seconds without the word to go that make a worker one for later
BOUND = 0.25  # seconds between looks at the size of the log


class Worker:
    """One server process, from the word to go to its end; a spare holds one that every fork begins with."""

    def __init__(self, folder: Path, log: str, sockets: list[socket.socket]) -> None:
        self.folder, self.log, self.sockets = folder, log, sockets
        self.recorder = Recorder(folder / "websocket_app")
        self.started = False
        # Before the project's folder is on the path: whatever a file there hides, a server can say so.
        configure(broken)
        sys.path.insert(0, str(folder))
        read_from_source(folder, Watched)
        self.error = attempt(preload)
        files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        files |= {str(folder / "websocket_app" / name) for name in ("apps.py", "models.py", "settings.py")}
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
        # uvicorn's lines still go to the log only: its logging is configured.
        options |= {"lifespan": "off", "log_level": "warning", "log_config": None}
        config = uvicorn.Config(broken(trouble), **options)
        self.run_server(config, trouble)

    def listen_to_output(self) -> None:
        """Record what the project prints, logs and is warned of, and name the line of a call without await."""
        self.log_stream = sys.stderr
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
            setattr(sys, name, Printed(self.recorder, stream, every=name == "stdout"))
        # What asyncio logs is told in other words, and is not the handler's own.
        logging.getLogger("asyncio").addHandler(logging.StreamHandler(self.log_stream))
        logging.getLogger("asyncio").propagate = False
        self.reporter = Reporter(self.recorder, [sys.stdout, sys.stderr])
        warnings.filterwarnings("always", message=".*was never awaited", category=RuntimeWarning)
        warnings.showwarning = self.recorder.warn
        sys.breakpointhook = input  # nobody can type here: EOFError, at the learner's line
        sys.set_coroutine_origin_tracking_depth(1)

    def run_server(self, config: uvicorn.Config, trouble: dict | None) -> None:
        worker = self

        class Server(uvicorn.Server):
            async def startup(self, sockets=None):
                class Dated(config.http_protocol_class):
                    """A connection that knows when it was opened: `retire` lets one that has only just been go on."""

                    def connection_made(self, transport):
                        self.made = time.monotonic()
                        super().connection_made(transport)

                config.http_protocol_class = Dated
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
        for connection in self.server.server_state.connections.copy():
            if hasattr(connection, "made"):  # HTTP that is kept open, or was opened ahead: next, the new code answers
                connection.timeout_keep_alive = 0
                if connection.cycle or time.monotonic() - connection.made > HANDSHAKE / 2:
                    connection.shutdown()
        still_open = sum(c.open and not c.gone and c.type == "websocket" for c in self.recorder.connections)
        # uvicorn drops a connection whose handshake is not complete: let those that are here finish theirs.
        self.reporter.loop.call_later(HANDSHAKE, setattr, self.server, "should_exit", True)
        if command["quiet"]:
            output.write_to(os.devnull)  # from now on the log is another worker's
        self.channel.answer(command, open=still_open)
