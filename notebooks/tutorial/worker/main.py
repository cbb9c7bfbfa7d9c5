"""The process that serves: `python -m tutorial.worker.main FOLDER LOG FD...`, told what to do by the notebook.

It imports Django and uvicorn and then waits as a spare. The word to go makes it load the project's own
modules and serve. Commands come as JSON lines on standard input, answers leave on standard output; when
standard input ends, the notebook is gone and so is this process, at once.
"""

import asyncio
import contextlib
import importlib
import inspect
import logging
import os
import socket
import sys
import threading
import time
import traceback
import warnings
from pathlib import Path

from ..disk.files import contents
from ..disk.modules import read_from_source
from ..record.nets import Watched
from ..record.printed import Printed
from ..record.recorder import Recorder
from .load import broken, explain
from .output import Channel

HANDSHAKE = 0.1  # seconds
APPLICATION = "websocket_app.asgi:application"


def preload() -> None:
    """Import what every version of the project needs, and none of its own modules but settings and models."""
    import uvicorn
    from django.core.asgi import get_asgi_application

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")
    # uvicorn imports its protocols and its event loop when a configuration is loaded: load one for nothing.
    config = uvicorn.Config(get_asgi_application(), log_config=None)
    config.load()
    config.get_loop_factory()


def load():
    """Import the project's ASGI application; raise what its import raises."""
    module, _, name = APPLICATION.partition(":")
    importlib.invalidate_caches()
    application = getattr(importlib.import_module(module), name, None)
    if application is None:
        raise ImportError(f"websocket_app/asgi.py defines no `{name}`")
    if not callable(application):
        raise TypeError(f"`{name}` in websocket_app/asgi.py is a {type(application).__name__}, not a function")
    function = application if hasattr(application, "__code__") else type(application).__call__
    if not inspect.iscoroutinefunction(function):
        raise TypeError(f"`{name}` in websocket_app/asgi.py is not async: write `async def {name}`")
    return application


def attempt(work) -> BaseException | None:
    """Do it; return what it raised."""
    try:
        work()
    except BaseException as error:
        return error
    return None


class StartupFailed(Exception):
    """The application has sent lifespan.startup.failed."""

    event = "lifespan.startup.failed"


@contextlib.contextmanager
def errors_of_uvicorn():
    """Give a list of what uvicorn logs as an error: the exception that it caught, or its words."""
    errors = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            errors.append(record.exc_info[1] if record.exc_info else StartupFailed(record.getMessage()))

    logger, keep = logging.getLogger("uvicorn.error"), Keep(logging.ERROR)
    logger.addHandler(keep)
    try:
        yield errors
    finally:
        logger.removeHandler(keep)


class Worker:
    """One server process, from spare to stop."""

    def __init__(self, folder: Path, log: str, sockets: list[socket.socket]) -> None:
        self.folder, self.sockets = folder, sockets
        self.log = log
        self.channel = Channel(log)
        self.recorder = Recorder(folder / "websocket_app")
        self.server = self.printed = None
        self.loop = None
        self.started = False
        self.standing = False  # the event loop stands still, and `watch` has seen it

    def run(self) -> None:
        sys.path.insert(0, str(self.folder))
        read_from_source(self.folder, Watched)
        error = attempt(preload)
        before = self.loaded()
        self.channel.answer({}, spare=True)
        go = self.channel.next()
        if any(contents(Path(file)) != content for file, content in before.items()):
            self.channel.answer(go, stale=True)
            return
        self.serve(go, error)

    def loaded(self) -> dict[str, bytes | None]:
        """Return the files of the project that this process has imported or looked for, with what they hold now."""
        files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        files |= {str(self.folder / "websocket_app" / name) for name in ("apps.py", "models.py")}
        return {file: contents(Path(file)) for file in files if file and self.recorder.mine(file)}

    def serve(self, go: dict, error: BaseException | None) -> None:
        """Load the project and serve it until told to stop; answer `go` when connections are accepted."""
        import uvicorn

        self.channel.write_to(self.log)
        self.patience = threading.Timer(go["patience"], self.give_up, (go,))
        self.patience.daemon = True
        self.patience.start()
        self.sockets += [socket.fromshare(bytes.fromhex(lent)) for lent in go["sockets"]]
        # Configured first: uvicorn's own lines go to the log and are no handler's `print`.
        config = uvicorn.Config(None, **{"timeout_graceful_shutdown": 2, **go["options"]})
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
        sys.stdout = self.printed = Printed(self.recorder, sys.stdout)
        warnings.filterwarnings("always", message=".*was never awaited", category=RuntimeWarning)
        warnings.showwarning = self.recorder.warn
        sys.breakpointhook = input  # nobody can type here: EOFError, at the learner's line
        sys.set_coroutine_origin_tracking_depth(1)  # the warning names the line of the call

        error = error or attempt(lambda: setattr(config, "app", self.recorder.wrap(load())))
        if error is None:
            error = attempt(lambda: self.run_server(config, go, None))
            if self.started:
                return
        traceback.print_exception(error)
        trouble = explain(error, self.recorder)
        config = uvicorn.Config(broken(trouble), lifespan="off", log_level="warning", timeout_graceful_shutdown=2)
        self.run_server(config, go, trouble)

    def give_up(self, go: dict) -> None:
        """Answer `go` with the line at which the start does not go on; an empty dict if it is none of the project."""
        line = self.recorder.running(sys._current_frames()[threading.main_thread().ident])
        self.channel.answer(go, ready=False, stuck=line)

    def run_server(self, config, go: dict, trouble: dict | None) -> None:
        import uvicorn

        worker = self

        class Server(uvicorn.Server):
            async def startup(self, sockets=None):
                worker.loop = asyncio.get_running_loop()
                worker.loop.set_task_factory(worker.recorder.task)
                with errors_of_uvicorn() as errors:
                    try:
                        await super().startup(sockets=sockets)
                    except SystemExit:
                        raise errors[0] from None
                worker.patience.cancel()
                worker.started = True
                worker.channel.answer(go, ready=True, trouble=trouble)
                for work in (worker.obey, worker.watch):
                    threading.Thread(target=work, daemon=True).start()

        self.server = Server(config)
        self.server.run(sockets=self.sockets)

    def obey(self) -> None:
        """Carry out commands, in a thread of their own: a handler that never yields cannot delay them."""
        while True:
            command = self.channel.next()
            match command["do"]:
                case "report":
                    self.channel.answer(command, **self.report(command))
                case "record":
                    self.channel.answer(command)
                case "retire":
                    self.loop.call_soon_threadsafe(self.retire, command)

    def retire(self, command: dict) -> None:
        """Accept no more connections, say so, and stop: uvicorn closes open WebSockets with code 1012."""
        for server in self.server.servers:
            server.close()
        still_open = sum(c.open and not c.gone and c.type == "websocket" for c in self.recorder.connections)
        # uvicorn drops a connection whose handshake is not complete: let those that are here finish theirs.
        self.loop.call_later(HANDSHAKE, setattr, self.server, "should_exit", True)
        if command["quiet"]:
            self.channel.hush()
        self.channel.answer(command, open=still_open)

    def report(self, command: dict) -> dict:
        """Return what happened since the last report, once connections that are ending have ended."""
        settled = threading.Event()
        asyncio.run_coroutine_threadsafe(self.settle(settled), self.loop)
        stuck = None
        if not settled.wait(0.02 if self.standing else 0.5):
            stuck = self.recorder.running(sys._current_frames()[threading.main_thread().ident])
        recorder, after, told = self.recorder, command.get("connections", 0), command.get("printed", 0)
        connections = []
        for connection in list(recorder.connections):
            if connection.number > after or connection.open:
                connections.append({**connection.as_dict(), "waits": recorder.place(connection)})
        kept = list(recorder.printed)  # read once: a handler in a thread prints on meanwhile
        count = kept[-1][0] if kept else 0
        printed = [text for number, text in kept if number > told]
        return {
            "count": recorder.count,
            "print_count": count,
            "connections": connections[-command.get("limit", 200) :],
            "printed": printed,
            "forgotten": count - told - len(printed),  # printed before those, and no more kept
            "stuck": stuck,
        }

    async def settle(self, settled: threading.Event) -> None:
        """Give the event loop a few turns, and connections whose client has gone 0.2 seconds to end."""
        for _ in range(5):
            await asyncio.sleep(0)
        ending = [asyncio.ensure_future(c.done.wait()) for c in self.recorder.connections if c.open and c.gone]
        if ending:
            _, pending = await asyncio.wait(ending, timeout=0.2)
            for waiter in pending:
                waiter.cancel()
        self.printed.finish()
        settled.set()

    def watch(self) -> None:
        """While connections are open, note the line at which the event loop stands still for 0.25 seconds."""
        main = threading.main_thread().ident
        while self.recorder.opened.wait():
            beat, began = threading.Event(), time.perf_counter()
            self.loop.call_soon_threadsafe(beat.set)
            if not beat.wait(0.25):
                self.standing = True
                entries = self.recorder.block(self.recorder.running(sys._current_frames()[main]))
                beat.wait()
                self.standing = False
                for entry in entries:
                    entry["seconds"] = time.perf_counter() - began
            time.sleep(0.05)


def main(folder: str, log: str, *descriptors: str) -> None:
    sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parents[2]]
    Worker(Path(folder), log, [socket.socket(fileno=int(number)) for number in descriptors]).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
