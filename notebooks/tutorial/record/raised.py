"""An exception in a handler, and an event that does not pass: in Python's words, and what they come from."""

import re
import sys

from . import source
from .protocol import illegal

REFUSALS = ("Expected ASGI message", "Unexpected ASGI message")  # uvicorn's, of an event that comes too late
PARENTHESES = "It is called only with parentheses: `await {}()`."
ELSEWHERE = "The notebook has `{}`; the server is another process and has not. Import or define it in the file."
ASYNC_FORM = "Django's ORM has an async form (aget, acount, async for)."
SERVED = "(scope, receive, send"  # how an application is called


def place(entry: dict | None) -> str:
    """Return a place in the project as path, line and code; nothing where none is known."""
    return f"{entry['path']}, line {entry['line']}:\n    {entry['code']}" if entry and "line" in entry else ""


def events(connection: dict, kind: str) -> list[dict]:
    return [entry for entry in connection["entries"] if entry["kind"] == kind]


def types(entries: list[dict]) -> list[str]:
    return [str(entry["event"].get("type", "")) for entry in entries]


def raised(connection: dict, silent: bool) -> str | None:
    """Explain an exception: the one that ended the application, or one that was caught or ended a task."""
    errors = [entry for entry in events(connection, "raise") if not entry["sent"] and not entry["cancelled"]]
    error = errors[-1] if errors else unseen(connection, silent)
    return exception(connection, error) if error else None


def unseen(connection: dict, silent: bool) -> dict | None:
    """Return the exception that was caught, or that ended a task, and that explains how a connection ended.

    It does where nothing was sent since, but for the close frame of an error.
    """
    sent, received = types(events(connection, "send")), types(events(connection, "receive"))
    ended = bool(events(connection, "return")) and "websocket.disconnect" not in received
    trouble = silent or (ended and not set(sent) & {"websocket.close", "websocket.http.response.start"})
    for entry in reversed(connection["entries"]):
        if entry["kind"] in {"caught", "task"}:
            return entry if trouble and not entry["sent"] and not entry["cancelled"] else None
        if entry["kind"] == "send" and not entry.get("failed"):
            if entry["event"].get("type") != "websocket.close" or entry["event"].get("code") != 1011:
                return None
            trouble = True
        if entry["kind"] == "receive" and entry["event"].get("type") != "websocket.disconnect":
            return None
    return None


def exception(connection: dict, error: dict) -> str:
    """Return an exception in Python's words, its line, what is certain about its reason, and what follows from it."""
    sent, received = events(connection, "send"), types(events(connection, "receive"))
    message = " ".join(error["message"].split())
    what = f"raises {error['name']}{': ' + message if message else ''}"
    # An error inside a library, such as Django's refusal of a WebSocket, has no line of the project's own.
    where = f" in {place(error)}" if "line" in error else "" if what.endswith(".") else "."
    left = received[-1:] == ["websocket.disconnect"]
    said = [f"{'After websocket.disconnect, your' if left else 'Your'} application {what}{where}"]
    said += [why for reason in REASONS for why in [reason(error)] if why]
    if "coroutine" in message:
        said.append(never_awaited(connection))
    if left:
        if error["name"] == "KeyError" and message in {"'text'", "'bytes'"}:
            said.append('Look at event["type"] first: a disconnect has no text.')
    elif connection["type"] == "http":
        started = "http.response.start" in types(sent)
        said.append("The answer is cut off." if started else "The client is answered with status 500.")
    elif 1011 in [entry["event"].get("code") for entry in sent]:
        said.append("The connection is closed with code 1011.")
    elif connection["open"]:
        caught = "An `except` has caught it" if error["kind"] == "caught" else "It ended a task"
        said.append(f"{caught}, and nothing was sent since.")
    elif "websocket.accept" in types(sent):
        said.append("The connection drops, with no close frame.")
    else:
        said.append("It had not accepted yet: the handshake fails with status 500.")
    return "\n".join(filter(None, said))


def refused(connection: dict) -> str | None:
    """Explain an event that the specification does not allow, or that the server could not send."""
    heard, since = {}, []  # the last event received, and the types sent since
    for index, entry in enumerate(connection["entries"]):
        if entry["kind"] == "receive":
            heard, since = entry, []
        if entry["kind"] != "send":
            continue
        kind, failed = entry["event"].get("type"), entry.get("failed")
        wrong = illegal(connection, connection["entries"][:index], entry)
        if wrong:
            same = f"\nIt answers the same event again: no `receive()` since {place(heard)}"
            return f"{wrong} {place(entry)}{same if kind in since and heard and 'second time' in wrong else ''}"
        since.append(kind)
        if not failed or failed["cancelled"]:
            continue
        too_late = connection["type"] == "websocket" and failed["message"].startswith(REFUSALS)
        if not failed["left"] and not too_late:
            return exception(connection, {**entry, **failed, "kind": "raise"})
        # Before websocket.disconnect it could not know that the client has left; and a close does no harm.
        if kind == "websocket.send" and heard.get("event", {}).get("type") == "websocket.disconnect":
            where = f"{place(entry)}\nAfter websocket.disconnect, leave the loop."
            return f"Your application sends to a client that has already left: {where}"
    return None


def never_awaited(connection: dict) -> str | None:
    for warning in events(connection, "warning"):
        name = warning["message"].partition("'")[2].partition("'")[0].rpartition(".")[2]
        called = re.search(r"(\w+)\(", warning.get("code", ""))
        if called and f"{name}(" not in warning["code"]:  # a middleware calls it by another name
            name = called[1]
        return f"{name}(...) is called without `await`, so nothing happens: {place(warning)}"
    return None


def not_awaitable(error: dict) -> str | None:
    """Explain `await` of a call whose function is not async, or is a generator."""
    called = re.search(r"await (\w+)\(", error.get("code", ""))
    found = source.definition(called[1]) if called and UNAWAITABLE.search(error["message"]) else None
    if not found:
        return None
    for node in source.ast.walk(found[1]):
        if isinstance(node, source.ast.Yield):
            what = f"`yield` makes `{called[1]}` a generator, which nobody can await. To send, write `await send(...)`"
            return f"{what}: {place(source.place(found[0], node))}"
    if isinstance(found[1], source.ast.FunctionDef):
        what = f"`await` needs an async function, and `{called[1]}` is missing `async` before `def`"
        return f"{what}: {place(source.place(*found))}"
    return None


def parameters(error: dict) -> str | None:
    """Explain an application that does not take what it is called with."""
    called = re.match(r"(\w+)\(\) (takes|missing)", error["message"])
    found = source.definition(called[1]) if called and SERVED in error.get("code", SERVED) else None
    if not found:
        return None
    takes = source.ast.unparse(found[1].args)
    return f"`{called[1]}` takes ({takes}), and it is called with {SERVED}): {place(source.place(*found))}"


def known(error: dict) -> str | None:
    """Explain an exception by its name, its message and its line."""
    for name, message, code, sentence in KNOWN:
        said, stands = re.search(message, error["message"]), re.search(code, error.get("code", ""))
        if error["name"] == name and said and stands:
            about = (stands.groups() or said.groups() or [""])[0]
            # This runs in the notebook's process.
            if name != "NameError" or hasattr(sys.modules["__main__"], about):
                return sentence.format(about)
    return None


UNAWAITABLE = re.compile("'await' expression|can't be awaited")
KNOWN = [
    ("TypeError", "(?:function|method).*(?:'await'|can't be awaited)", r"await ([\w.]+)(?![\w.(])", PARENTHESES),
    ("EOFError", "", r"\b(input|breakpoint)\(", "There is no terminal behind the server, so `{}()` has nobody to ask."),
    ("NameError", r"name '(\w+)' is not defined", "", ELSEWHERE),
    ("SynchronousOnlyOperation", "", "", f"It asks the database and blocks the event loop. {ASYNC_FORM}"),
]
REASONS = (not_awaitable, parameters, known)
