"""Events against the ASGI specification, https://asgi.readthedocs.io/en/latest/specs/www.html."""

import difflib

from .events import kind as kind_of
from .events import written

RECEIVED = ["websocket.connect", "websocket.receive", "websocket.disconnect"]
HEARD = {*RECEIVED, "http.request", "http.disconnect"}
# What an application may send: the keys of each event, and what their values are.
SENT = {
    "websocket": {
        "websocket.accept": {"subprotocol": "str", "headers": "headers"},
        "websocket.send": {"text": "str", "bytes": "bytes"},
        "websocket.close": {"code": "int", "reason": "str"},
        "websocket.http.response.start": {"status": "int", "headers": "headers"},
        "websocket.http.response.body": {"body": "bytes"},
    },
    "http": {
        "http.response.start": {"status": "int", "headers": "headers"},
        "http.response.body": {"body": "bytes"},
    },
}
TYPES = [*RECEIVED, *SENT["websocket"]]
KINDS = {"str": "a string", "bytes": "bytes", "int": "a number"}
CODES = [1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)]  # that an endpoint may send, RFC 6455, 7.4
REASON = 123  # bytes


def illegal(connection: dict, before: list[dict], entry: dict) -> str | None:
    """Return what is wrong with an event that an application sent after the entries `before`; None if nothing is.

    Most of it counts only where the server refused the event: another server, or a newer one, may allow more.
    """
    event, protocol = entry["event"], connection["type"]
    if entry.get("failed"):
        sent = [str(each["event"].get("type")) for each in before if each["kind"] == "send" and not each.get("failed")]
        return unknown(event, protocol) or untimely(event["type"], sent) or unfit(event, SENT[protocol][event["type"]])
    if event.get("type") == "websocket.send":
        given = [key for key in ("text", "bytes") if event.get(key) is not None]
        if not given:
            return 'This event has neither "text" nor "bytes", so nothing is sent:'
        if len(given) == 2:
            return 'This event has both "text" and "bytes", and a message is one or the other:'
    if event.get("type") == "websocket.accept" and event.get("subprotocol"):
        offered, chosen = connection["scope"].get("subprotocols"), event["subprotocol"]
        if isinstance(offered, dict) and chosen not in offered.get("list", [chosen]):
            offers = f"only {written(offered)}" if offered["list"] else "no subprotocol"
            return f"The client offers {offers}, so it ends a connection that is accepted with {written(chosen)}:"
    return None


def unknown(event: dict, protocol: str) -> str | None:
    """Explain an event of a type that an application cannot send."""
    kind = event.get("type")
    if "" in event:
        return f'An event is a dict with a "type", and {written(event[""])} is not a dict:'
    if "type" not in event:
        return 'An event is a dict with a "type"; this one has none:'
    if isinstance(kind, str) and kind in SENT[protocol]:
        return None
    if isinstance(kind, str) and kind in HEARD:
        return f"{kind} is an event that an application receives, not one that it sends:"
    return no_type(kind, list(SENT[protocol]), 0.5, f" for a scope of type {protocol}")


def no_type(kind: object, types: list[str], likeness: float, where: str = "") -> str:
    """Say that there is no such event type, and which one may be meant."""
    near = difflib.get_close_matches(str(kind).lower(), types, 1, likeness)
    return f"There is no event type {written(kind)}{where}{'; is it ' + repr(near[0]) + '?' if near else ''}"


def untimely(kind: str, sent: list[str]) -> str | None:
    """Explain an event that may be sent, but not after those that the application has `sent`."""
    if "websocket.close" in sent:
        return f"{kind} is sent after websocket.close: nothing may follow a close."
    if kind.endswith("http.response.body") and kind.replace("body", "start") not in sent:
        return f"{kind} is sent before {kind.replace('body', 'start')}: an answer begins with its status."
    if kind.endswith("http.response.start") and kind in sent:
        return f"This request is answered already, and {kind} is sent a second time:"
    if kind == "websocket.accept" and kind in sent:
        return "This connection is accepted already, and websocket.accept is sent a second time:"
    if kind == "websocket.send" and "websocket.accept" not in sent:
        return "websocket.send is sent before websocket.accept: accept first."
    if kind.startswith("websocket.http") and "websocket.accept" in sent:
        return f"{kind} is sent after websocket.accept: only a connection that is not accepted yet can be refused."
    return None


def unfit(event: dict, keys: dict[str, str]) -> str | None:
    """Explain an event with a value that its key cannot have."""
    for key, needed in keys.items():
        value = event.get(key)
        if value is None or (isinstance(value, dict) and "repr" in value and needed == "headers"):
            continue
        if needed == "headers":
            wrong = next((pair for pair in items(value) if not is_header(pair)), None)
            if wrong is not None:
                return f'"headers" must be pairs of bytes, such as (b"x-name", b"value"), and {written(wrong)} is not:'
        elif kind_of(value) != needed:
            return f'"{key}" must be {KINDS[needed]}, and {written(value)} is not:'
    code, reason = (event.get(key) if key in keys else None for key in ("code", "reason"))
    if code is not None and code not in CODES:
        code = f"close code {code} (RFC 6455, section 7.4)"
        return f"No application may send {code}. Use 1000, 1008, 1011 or 4000 to 4999:"
    if isinstance(reason, dict) or len((reason or "").encode(errors="replace")) > REASON:  # a dict is a long one, cut
        return "A close reason may have 123 bytes, because it travels in a control frame, and this one has more:"
    return None


def items(value: object) -> list:
    """Return the members of a plain list or tuple; another value as the only one."""
    return next((value[key] for key in ("list", "tuple") if isinstance(value, dict) and key in value), [value])


def is_header(pair: object) -> bool:
    parts = items(pair)
    return len(parts) == 2 and all(kind_of(part) in ("bytes", "secret") for part in parts)
