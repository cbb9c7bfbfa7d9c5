"""An exception in a handler, and an event that does not pass: in Python's words, and what they come from."""

import re
import sys

from . import source
from .protocol import illegal

REFUSALS = ("Expected ASGI message", "Unexpected ASGI message")  # uvicorn's, of an event that comes too late
SERVED = "(scope, receive, send)"  # how the server calls an application


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
    left = received[-1:] == ["websocket.disconnect"] and error["kind"] == "raise"
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
    left, entries = False, connection["entries"]
    for index, entry in enumerate(entries):
        left = left or (entry["kind"] == "receive" and entry["event"].get("type") == "websocket.disconnect")
        if entry["kind"] != "send":
            continue
        wrong, failed = illegal(connection, entries[:index], entry), entry.get("failed")
        if wrong:
            return f"{wrong} {place(entry)}{again(entries[:index], entry)}"
        if not failed or failed["cancelled"]:
            continue
        if not failed["left"] and not failed["message"].startswith(REFUSALS):
            return exception(connection, {**entry, **failed, "kind": "raise"})
        if left and entry["event"]["type"] == "websocket.send":  # else it could not know, or closes to be sure
            where = f"{place(entry)}\nAfter websocket.disconnect, leave the loop."
            return f"Your application sends to a client that has already left: {where}"
    return None


def again(before: list[dict], entry: dict) -> str:
    """Say that an event is sent a second time because the application has received nothing in between."""
    for each in reversed(before):
        if each["kind"] == "receive":
            return ""
        if each["kind"] == "send" and each["event"].get("type") == entry["event"].get("type"):
            heard = [each for each in before if each["kind"] == "receive"]
            return f"\nIt answers the same event again: no `receive()` since {place(heard[-1])}" if heard else ""
    return ""


def never_awaited(connection: dict) -> str | None:
    for warning in events(connection, "warning"):
        name = warning["message"].partition("'")[2].partition("'")[0].rpartition(".")[2]
        called = re.search(r"(\w+)\(", warning.get("code", ""))
        if called and f"{name}(" not in warning["code"]:  # a middleware calls it by another name
            name = called[1]
        return f"{name}(...) is called without `await`, so nothing happens: {place(warning)}"
    return None


def not_awaitable(error: dict) -> str | None:
    """Explain `await` of what cannot be awaited."""
    awaited = re.search(r"await (\w+)(\(?)", error.get("code", ""))
    if error["name"] != "TypeError" or not re.search("'await' expression|can't be awaited", error["message"]):
        return None
    if awaited and not awaited[2] and re.search("function|method", error["message"]):
        return f"It is called only with parentheses: `await {awaited[1]}()`."
    found = source.definition(awaited[1]) if awaited else None
    if not found:
        return None
    path, function = found
    for node in source.ast.walk(function):
        if isinstance(node, source.ast.Yield):
            called = f"`yield` makes `{function.name}` a generator, which nobody can await"
            return f"{called}. To send, write `await send(...)`: {place(source.place(path, node))}"
    if isinstance(function, source.ast.FunctionDef):
        what = f"`await` needs an async function, and `{function.name}` is missing `async` before `def`"
        return f"{what}: {place(source.place(path, function))}"
    return None


def parameters(error: dict) -> str | None:
    """Explain an application that does not take what the server hands over."""
    called = re.match(r"(\w+)\(\) (takes|missing)", error["message"])
    found = source.definition(called[1]) if called and error["name"] == "TypeError" else None
    if not found or SERVED not in error.get("code", SERVED):
        return None
    takes = source.ast.unparse(found[1].args)
    return f"`{called[1]}` takes ({takes}), and it is called with {SERVED}: {place(source.place(*found))}"


def elsewhere(error: dict) -> str | None:
    """Explain a name that the notebook has: sentences are made in its process."""
    name = re.match(r"name '(\w+)' is not defined", error["message"])
    if error["name"] != "NameError" or not name or not hasattr(sys.modules["__main__"], name[1]):
        return None
    return f"The notebook has `{name[1]}`. The server is another process and has not: define it in the file."


def terminal(error: dict) -> str | None:
    asks = re.search(r"\b(input|breakpoint)\(", error.get("code", ""))
    if error["name"] != "EOFError" or not asks:
        return None
    return f"There is no terminal behind the server, so `{asks[1]}()` has nobody to ask."


def orm(error: dict) -> str | None:
    if error["name"] != "SynchronousOnlyOperation":
        return None
    return "It asks the database and blocks the event loop. Django's ORM has an async form (aget, acount, async for)."


REASONS = (not_awaitable, parameters, elsewhere, terminal, orm)
