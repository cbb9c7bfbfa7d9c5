"""What is added to an error of a cell: the learner's line, and a sentence where its cause is certain."""

import ast
import asyncio
import json
import re
import ssl
import symtable
from types import TracebackType

from websockets.exceptions import (
    ConnectionClosed,
    ConnectionClosedOK,
    InvalidMessage,
    InvalidStatus,
    WebSocketException,
)

from .disk.project import ROOT
from .server.handover import notebook
from .silence import Silence

CLIENT = (WebSocketException, Silence, ConnectionError, TimeoutError, EOFError, KeyboardInterrupt, ssl.SSLError)
FOREIGN = {"asyncio", "nest_asyncio2", "tutorial", "IPython", "contextlib", "websockets"}
APPLICATIONS = {"application": "websocket_app/asgi.py", "websocket_application": "websocket_app/websocket.py"}
HTTP_ONLY = re.compile(r"unknown url type: wss?\b|(No connection adapters|unsupported protocol).*'wss?://")
NOTHING_TO_SAVE = "This cell is empty below %%save, and nothing was written. Write the whole file there."
EMPTY = "%%save is a cell magic, but the cell body is empty"


def own_frames(trace: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames of the machinery that runs a cell."""
    entries, rest = [], None
    while trace is not None:  # in loops: a RecursionError has as many frames as Python allows
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] not in FOREIGN:
            entries.append(trace)
        trace = trace.tb_next
    for entry in reversed(entries):
        rest = TracebackType(rest, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return rest


def leaves(group: BaseExceptionGroup) -> list[BaseException]:
    """Return the errors of a group, and of the groups in it."""
    return [leaf for error in group.exceptions for leaf in (leaves(error) if hasattr(error, "exceptions") else [error])]


def stopped(error: BaseException) -> bool:
    """Tell whether the stop button ended a cell; one that awaits outside of any function is cancelled by it."""
    task = asyncio.current_task() if isinstance(error, asyncio.CancelledError) else None
    return isinstance(error, KeyboardInterrupt) or bool(task and task.cancelling())


def named(error: BaseException) -> str:
    """Return an error as Python names it, without the colon that nothing follows."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def of_the_client(error: BaseException, line: int | None, cell: list[str]) -> str | None:
    """Return what is certain about an error of a client, in a line of a cell, whatever the server says; or None."""
    if isinstance(error, ConnectionClosedOK) and error.sent and not error.rcvd_then_sent:
        return f"You closed this connection before line {line}." if line else "You closed this connection before."
    if isinstance(error, ssl.SSLError) and re.search("WRONG_VERSION|RECORD_LAYER|HTTP_REQUEST", str(error).upper()):
        return "Nothing speaks TLS at that address. The course's server speaks ws://, not wss://: use server.url."
    sends = line and ".send(" in cell[line - 1] and not re.search(r"\brecv|async for", "".join(cell))
    if sends and (isinstance(error, Silence) or stopped(error)):
        return "This client sends and reads nothing, so the answers fill the line. Read them: await ws.recv()"
    if HTTP_ONLY.search(str(error)):
        return "That address is for WebSockets. The address of the page is server.http_url."
    return None


def otherwise(error: BaseException) -> str:
    """Return what an error of a client says by itself, where the server has no more to say."""
    if isinstance(error, InvalidStatus):
        body = (error.response.body or b"").decode(errors="replace").strip()
        return body if error.response.status_code == 503 else f"The server refused the handshake. {body}".strip()
    if isinstance(error, ConnectionClosed) and error.rcvd:
        if error.rcvd.code == 1012:
            return "The server restarted while this connection was open. Run the cell again."
        reason = f" and says: {error.rcvd.reason}" if error.rcvd.reason else ""
        return f"The other side closed with code {error.rcvd.code}{reason}."
    if isinstance(error, (ConnectionRefusedError, InvalidMessage)) or "Connect call failed" in str(error):
        return "Nothing answers at that address. server.start() starts the server; server.url is its address."
    return ""


def addition(error: BaseException) -> str | None:
    """Return the sentence that stands below the traceback of an ordinary error, or None."""
    if isinstance(error, NameError):
        return unmade(error.name)
    if isinstance(error, TypeError) and "connect' object does not support the context manager protocol" in str(error):
        return "connect(...) needs `async with`, inside an `async def`."
    if type(error).__name__ == "OperationalError" and "no such table" in str(error):
        return "The database has no tables yet. This makes them: %run manage.py migrate"
    return None


def unmade(name: str | None) -> str | None:
    """Return a sentence that names the cell of this notebook that makes a name, or None where there is none."""
    try:
        cells = json.loads((ROOT / "notebooks" / notebook()).read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    for source in sources:
        try:
            symbol = symtable.symtable(source, "cell", "exec").lookup(name)
        except (SyntaxError, KeyError):  # a cell with a magic, such as %%save; a cell without this name
            continue
        if symbol.is_assigned() or symbol.is_imported():
            line = next((line for line in source.splitlines() if re.search(rf"\b{name}\b", line)), "")
            return f"A cell of this notebook makes {name}, and it has not run yet. Run it first:\n    {line}"
    return None


def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a cell; an empty one for a cell with a magic."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def serves(source: str) -> bool:
    """Tell whether a cell starts a server of its own."""
    calls = [node.func for node in ast.walk(parsed(source)) if isinstance(node, ast.Call)]
    return any(ast.unparse(function) == "uvicorn.run" for function in calls)


def afterwards(source: str, value: object) -> str | None:
    """Return what a cell did not do although it looks like it: run a coroutine, or serve a handler."""
    tree = parsed(source)
    if asyncio.iscoroutine(value):
        call = ast.unparse(tree.body[-1]) if tree.body else f"{value.__name__}()"
        return f"{call} runs nothing: asyncio.run({call})"
    for node in tree.body:
        if isinstance(node, ast.AsyncFunctionDef) and node.name in APPLICATIONS and "drive" not in source:
            file = APPLICATIONS[node.name]
            return f"This defines {node.name} in the notebook only. To serve it, begin with %%save {file}"
    return None
