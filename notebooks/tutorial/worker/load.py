"""The project's application, or the reason why there is none, and what is served then."""

import ast
import contextlib
import difflib
import importlib
import inspect
import logging
import re
import sys
import tokenize
from pathlib import Path
from traceback import walk_tb
from urllib.parse import urlsplit

import uvicorn

from ..record.recorder import Recorder

APPLICATION = "websocket_app.asgi:application"
HERE = {"localhost", "127.0.0.1", "::1"}  # hosts whose pages may read what is wrong with the project


def load():
    """Import the project's ASGI application; raise what its import raises."""
    module, _, name = APPLICATION.partition(":")
    importlib.invalidate_caches()
    application = getattr(importlib.import_module(module), name, None)
    if application is None:
        raise ImportError(f"websocket_app/asgi.py defines no `{name}`")
    if not callable(application):
        raise TypeError(f"`{name}` in websocket_app/asgi.py is of type {type(application).__name__}, not a function")
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


def explain(error: BaseException, recorder: Recorder) -> dict:
    """Return an exception as plain values: `name`, `message`, the project's own `lines`, outermost first, and `more`.

    `more` is a sentence that adds to what Python says, or "".
    """
    places = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    lines = [recorder.where(*place) for place in places if recorder.mine(place[0])]
    message = str(error)
    if isinstance(error, SyntaxError) and error.filename and recorder.mine(error.filename):
        lines.append(recorder.where(error.filename, error.lineno or 1))
        message = error.msg
    name = getattr(error, "event", type(error).__name__)  # an application that says itself why it does not start
    return {"name": name, "message": message, "lines": lines, "more": more(error, Path(recorder.folder))}


def more(error: BaseException, folder: Path) -> str:
    """Return what is known of an error at import beyond Python's own words, or ""."""
    wanted = re.match(r"cannot import name '(\w+)' from '([\w.]+)'", str(error))
    if isinstance(error, ImportError) and wanted and wanted[2] == "__main__":
        return f"The server is another process: it has none of the notebook's variables. Write {wanted[1]} in the file."
    if isinstance(error, ImportError) and wanted and error.path and error.path.startswith(str(folder)):
        return renamed(Path(error.path), wanted[1], folder)
    if isinstance(error, (SyntaxError, ValueError)):
        for path in sorted(folder.rglob("*.py")):
            try:
                with tokenize.open(path) as file:
                    file.read()
            except (SyntaxError, ValueError, OSError):
                return f"{path.relative_to(folder.parent).as_posix()} is not UTF-8. Save it as UTF-8 in your editor."
    return hidden(folder.parent)


def renamed(path: Path, wanted: str, folder: Path) -> str:
    """Say that a file defines no such name, and which one it defines that is nearly the same."""
    lines = {node.name: node.lineno for node in ast.parse(path.read_bytes()).body if hasattr(node, "name")}
    near = difflib.get_close_matches(wanted, lines, 1)
    there = f"; line {lines[near[0]]} defines `{near[0]}`" if near else ""
    return f"{path.relative_to(folder.parent).as_posix()} defines no `{wanted}`{there}."


def hidden(folder: Path) -> str:
    """Say which files beside manage.py hide a module that Python, Django or uvicorn brings, or return ""."""
    found = []
    for path in sorted(folder.glob("*.py")):
        elsewhere = [place for place in sys.path if place != str(folder)]
        if path.stem in sys.modules and importlib.machinery.PathFinder.find_spec(path.stem, elsewhere):
            found.append(f"{path.name} beside manage.py hides the package `{path.stem}`: rename the file.")
    return " ".join(found)


def broken(error: dict):
    """Return an application that says why the project's own cannot run, to those who ask for it as this machine."""
    place = "".join(f"\n{line['path']}, line {line['line']}:\n    {line['code']}" for line in error["lines"][-1:])
    reason = f"This project cannot run.\n{error['name']}: {error['message']}{place}\n{error['more']}".strip() + "\n"

    async def application(scope, receive, send):
        # Another host name is a page of elsewhere that has this machine's address: it must not read the reason.
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        status, body = (503, reason) if hostname(host) in HERE else (400, "This server answers localhost only.\n")
        body = body.encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        prefix = "websocket.http" if scope["type"] == "websocket" else "http"
        await send({"type": f"{prefix}.response.start", "status": status, "headers": headers})
        await send({"type": f"{prefix}.response.body", "body": body})

    return application


def hostname(host: str) -> str | None:
    """Return the name in a Host header, without its port; None where it is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
