"""Each way in which a handler goes wrong, in a sentence that names the learner's line."""

import ast
import difflib
import re
import time

from ..disk.project import ROOT
from .events import kind as kind_of
from .events import written

SENT_FIRST = "Expected ASGI message 'websocket.accept'"
SENT_AFTER = "Expected ASGI message 'websocket.send'"
AWAITED = re.compile("'await' expression|can't be awaited")
SENT_CLOSED = "after sending 'websocket.close'"
RECEIVE_TYPES = ["websocket.connect", "websocket.receive", "websocket.disconnect"]
YOUNG = 0.5  # seconds in which a connection, of a browser perhaps, may well be at its beginning
MANY = 100  # events sent by an application that never comes to an end
HTTP_TYPES = ["http.response.start", "http.response.body"]
SEND_TYPES = ["websocket.accept", "websocket.send", "websocket.close"]
SEND_TYPES += ["websocket.http.response.start", "websocket.http.response.body"]
TYPES = RECEIVE_TYPES + SEND_TYPES


def place(entry: dict | None) -> str:
    """Return a place in the project as path, line and code; nothing where none is known."""
    if not entry or "line" not in entry:
        return ""
    return f"{entry['path']}, line {entry['line']}:\n    {entry['code']}"


def waits(connection: dict) -> str:
    """Return where a connection's application waits now, as a sentence; nothing where that is not known."""
    where = place(connection["waits"])
    return f" It waits in {where}" if where else ""


def events(connection: dict, kind: str) -> list[dict]:
    return [entry for entry in connection["entries"] if entry["kind"] == kind]


def types(entries: list[dict]) -> list[str]:
    return [str(entry["event"].get("type", "")) for entry in entries]


def logged(ended: object, log: str) -> list[str]:
    """Return what the project itself wrote last into its log, for a connection that it `ended` with code 1011."""
    own = [line for line in log.splitlines() if not line.startswith(("INFO:", "WARNING:"))]
    if getattr(ended, "code", None) != 1011 or not own:
        return []
    return [f"1011 is an error of the server's own. The last line of its log: {own[-1]}"]


def explain(connection: dict, stuck: dict | None = None, silent: bool = False) -> str | None:
    """Return what went wrong on a connection, or None where nothing did.

    `connection` is `Connection.as_dict()` with `waits`, where its application waits now, `leftover`, the number of
    its tasks that are still running, and `made`, where the first of them was made; `stuck` is the line at which the
    event loop stands still; `silent` says that its client waits and hears nothing.
    """
    if connection["type"] not in RULES:
        return None
    for rule in RULES[connection["type"]]:
        sentence = rule(connection, stuck)
        if sentence:
            return sentence
    if silent and connection["open"] and connection["type"] == "websocket" and events(connection, "receive"):
        last = events(connection, "receive")[-1]["event"]
        what = f" with {written(last['text'])}" if last.get("text") is not None else ""
        said = [entry for entry in connection["entries"] if entry["kind"] in {"receive", "send"}][-1]
        sent = "nothing" if said["kind"] == "receive" else f"only {said['event'].get('type', '')}"
        return misspelt(connection) or (
            f"The last event your application received is {last['type']}{what}, and it has sent {sent} "
            f"since.{waits(connection)}"
        )
    return None


def never_awaited(connection: dict, stuck: dict | None) -> str | None:
    for warning in events(connection, "warning"):
        name = warning["message"].partition("'")[2].partition("'")[0]
        return f"{name}(...) is called without `await`, so nothing happens: {place(warning)}"
    return None


def blocked(connection: dict, stuck: dict | None) -> str | None:
    for entry in events(connection, "blocked"):
        if "seconds" in entry:
            return (
                f"The event loop stood still for {entry['seconds']:.1f} seconds, and with it every connection, at "
                f"{place(entry)}\nIn async code, wait with `await`: `await asyncio.sleep(1)`, not `time.sleep(1)`."
            )
        stuck = stuck or entry
    if not stuck:
        return None
    sent = len(events(connection, "send")) + sum(entry["count"] for entry in events(connection, "skipped"))
    if sent > MANY:
        return f"Your application sends without end and hears nothing in between: {place(stuck)}"
    return standstill(stuck)


def standstill(stuck: dict) -> str:
    return f"The event loop stands still, and with it every connection, at {place(stuck)}"


def raised(connection: dict, stuck: dict | None) -> str | None:
    errors = events(connection, "raise")
    if not errors or errors[-1]["name"] == "CancelledError":
        return None
    error = errors[-1]
    sent, received = events(connection, "send"), types(events(connection, "receive"))
    last = sent[-1] if sent else None
    if last and error["name"] in {"RuntimeError", "AttributeError", "TypeError", "ProtocolError", "KeyError"}:
        if last.get("line") == error.get("line"):
            sentence = refused(last, error, types(sent))
            if sentence:
                return f"{sentence} {place(error)}"
    if error["name"] == "ClientDisconnected":
        where = f"{place(error)}\nAfter websocket.disconnect, leave the loop."
        return f"Your application sends to a client that has already left: {where}"
    if error["name"] == "SynchronousOnlyOperation":
        form = "Django's ORM has an async form (aget, acount, async for)"
        return f"This asks the database and blocks the event loop; {form}: {place(error)}"
    if error["name"] == "TypeError" and AWAITED.search(error["message"]):
        called = re.search(r"await (\w+)\(", error.get("code", ""))
        name = f"`{called[1]}`" if called else "one of yours"
        return f"`await` needs an async function, and {name} is missing `async` before `def`: {place(error)}"
    if error["name"] == "TypeError" and "line" not in error:
        return f"The application is not an async function ({error['message']}). Write `async def` in front of it."
    what = f"raises {error['name']}{': ' + error['message'] if error['message'] else ''}"
    # An error inside a library, such as Django's refusal of a WebSocket, has no line of the project's own.
    where = f" in {place(error)}" if "line" in error else "" if what.endswith(".") else "."
    if received[-1:] == ["websocket.disconnect"]:
        look = 'Look at event["type"] first: a disconnect has no text.'
        return f"After websocket.disconnect, your application {what}{where}\n{look}"
    if connection["type"] == "http":
        return f"Your application {what}{where}\nThe client is answered with status 500."
    if "websocket.accept" in types(sent):
        return f"Your application {what}{where}\nThe connection drops, with no close frame."
    return f"Your application {what}{where}\nIt had not accepted yet: the handshake fails with status 500."


def refused(last: dict, error: dict, sent: list[str]) -> str | None:
    """Explain an event that uvicorn does not take."""
    event, kind, message = last["event"], sent[-1], error["message"]
    if "type" not in event:
        return "An event is a dict with a \"type\"; this one has none:"
    allowed = HTTP_TYPES if kind.startswith("http") else SEND_TYPES
    if kind not in allowed:
        near = difflib.get_close_matches(kind, allowed, 1, 0.5)
        return f"There is no event type {kind!r}{'; is it ' + repr(near[0]) + '?' if near else ''}"
    if kind == "http.response.body" and "http.response.start" not in sent:
        return "http.response.body is sent before http.response.start: an answer begins with its status."
    if sent.count("http.response.start") > 1:
        return "This request is answered already, and http.response.start is sent a second time:"
    if kind == "http.response.body" and "body" in event and kind_of(event["body"]) != "bytes":
        return f'"body" must be bytes, and {written(event["body"])} is none:'
    if message.startswith(SENT_FIRST):
        return f"{kind} is sent before websocket.accept: accept first."
    if message.startswith(SENT_AFTER):
        return "This connection is accepted already, and websocket.accept is sent a second time:"
    if message.endswith(SENT_CLOSED + "."):
        return f"{kind} is sent after websocket.close: nothing may follow a close."
    if kind == "websocket.send" and "text" in event and kind_of(event["text"]) != "str":
        return f'"text" must be a string, and {written(event["text"])} is none:'
    if kind == "websocket.send" and "bytes" in event and kind_of(event["bytes"]) != "bytes":
        return f'"bytes" must be bytes, and {written(event["bytes"])} are none:'
    if kind == "websocket.close" and ("reason" in message or "control frame" in message):
        return "A close reason may have 123 bytes, for it travels in a control frame, and this one has more:"
    if kind == "websocket.close" and error["name"] == "ProtocolError":
        code = f"close code {event.get('code')} (RFC 6455, section 7.4)"
        return f"No application may send {code}. Use 1000, 1008, 1011 or 4000 to 4999:"
    return None


def returned(connection: dict, stuck: dict | None) -> str | None:
    if not events(connection, "return"):
        return None
    sent, received = types(events(connection, "send")), types(events(connection, "receive"))
    last = [entry for entry in connection["entries"] if entry["kind"] in {"send", "receive"}][-1:]
    ended = set(sent) & {"websocket.close", "websocket.http.response.start"} or "websocket.disconnect" in received
    if ended:
        return empty_send(connection)
    if "websocket.accept" in sent:
        return (
            "Your application returns while the client is still connected, so the connection drops with no close "
            f"frame. Is a loop missing? The last thing it did: {place(last[0])}"
        )
    did = f"The last thing it did: {place(last[0])}" if last else "It never called receive() or send()."
    return f"Your application returns without websocket.accept, so the handshake fails with status 500. {did}"


def waiting(connection: dict, stuck: dict | None) -> str | None:
    """Explain an application that is still running."""
    if not connection["open"]:
        return None
    sent, received = types(events(connection, "send")), types(events(connection, "receive"))
    where = waits(connection)
    if "websocket.disconnect" in received:
        left = "The client has left, and your application goes on after websocket.disconnect"
        return f"{left}: leave the loop with `break`.{where}"
    if time.time() - connection["clock"] < YOUNG:
        return empty_send(connection)
    if not received:
        deaf = "so it hears neither messages nor the client leaving"
        return f"Your application never calls receive(), {deaf}.{where}"
    if not set(sent) & {"websocket.accept", "websocket.close", "websocket.http.response.start"}:
        never = f"Your application never sends websocket.accept, so the client waits for ever.{where}"
        return misspelt(connection) or never
    return empty_send(connection)


def misspelt(connection: dict) -> str | None:
    """Name an event type that is none, in the file in which an application waits: it compares with it in vain."""
    file = (connection["waits"] or {}).get("path")
    try:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8")) if file else ast.Module([])
    except (OSError, ValueError, SyntaxError):
        return None
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        near = difflib.get_close_matches(text.lower(), TYPES, 1, 0.85)
        if near and text not in TYPES:
            return f"There is no event type {text!r}; is it {near[0]!r}? {file}, line {node.lineno}."
    return None


def empty_send(connection: dict) -> str | None:
    for entry in events(connection, "send"):
        event = entry["event"]
        empty = event.get("text") is None and event.get("bytes") is None
        if event.get("type") == "websocket.send" and empty:
            return f'This event has neither "text" nor "bytes", so nothing is sent: {place(entry)}'
    return None


def outlived(connection: dict, stuck: dict | None) -> str | None:
    if connection["open"] or not connection["leftover"]:
        return None
    task = "a task that its handler made runs on. Cancel it when you leave the loop"
    return f"The connection has ended, and {task}: {place(connection['made'][0])}"


def unanswered(connection: dict, stuck: dict | None) -> str | None:
    """Explain a request that the application leaves without a whole answer."""
    sent = types(events(connection, "send"))
    if not events(connection, "return") or "http.response.body" in sent:
        return None
    if "http.response.start" in sent:
        return f"Your application returns without http.response.body: {place(events(connection, 'send')[-1])}"
    return "Your application returns without http.response.start, so the request is answered with status 500."


RULES = {
    "http": (never_awaited, blocked, raised, unanswered),
    "websocket": (never_awaited, blocked, raised, returned, waiting, outlived),
}
