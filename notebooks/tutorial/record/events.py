"""Events and scopes as plain values: typed, bounded and safe for JSON, and how Python writes them.

A string, a number, a truth value and None stand for themselves; a subclass, such as an IntEnum, for the value it
is. Anything else is a dict with one key that says what it is:

- `{"bytes": text}`: bytes, each as the character of its number (Latin-1)
- `{"list": [...]}`, `{"tuple": [...]}`, `{"dict": [[key, value], ...]}`
- `{"secret": length}`: what a recording must not hold, such as a cookie
- `{"cut": begin, "end": end, "length": length}`: a long string or long bytes, by its two ends
- `{"repr": text, "type": name}`: any other object
"""

from collections.abc import Callable

CHARACTERS = 160  # of one string or bytes
ITEMS, DEPTH = 60, 4  # of one list or dict, and of what is in it
SECRET = {"cookie", "set-cookie", "authorization", "proxy-authorization", "x-csrftoken"}  # header names


def said(make: Callable[[object], str], value: object) -> str:
    """Return `make(value)`, where `make` is `repr` or `str`; in words where the value's own code for that raises."""
    try:
        return make(value)
    except Exception as error:
        return f"<{type(value).__name__} whose {make.__name__}() raises {type(error).__name__}>"


def plain(value: object, limit: int = CHARACTERS, depth: int = DEPTH) -> object:
    """Return a value of an event or a scope as a plain value."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 10**100:
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (str, bytes, bytearray)):
        if len(value) > limit:
            tail = limit // 4
            return {"cut": plain(value[: limit - tail]), "end": plain(value[-tail:]), "length": len(value)}
        return str.__str__(value) if isinstance(value, str) else {"bytes": bytes(value).decode("latin-1")}
    if isinstance(value, (list, tuple, dict)) and not depth:
        return {"repr": "…", "type": type(value).__name__}  # its repr() could hold a secret
    if isinstance(value, dict):
        return {"dict": [plain(item, limit, depth)["tuple"] for item in list(value.items())[:ITEMS]]}
    if isinstance(value, (list, tuple)):
        if len(value) > 1 and secret(value[0]):  # a header
            return {"tuple": [plain(value[0]), {"secret": sum(len(said(str, part)) for part in value[1:])}]}
        items = [plain(item, limit, depth - 1) for item in value[:ITEMS]]
        return {"list" if isinstance(value, list) else "tuple": items}
    return {"repr": said(repr, value)[: limit * 4], "type": type(value).__name__}


def secret(name: object) -> bool:
    """Tell whether what goes by this name, in bytes or in a string, is a secret."""
    if isinstance(name, (bytes, bytearray)):
        name = bytes(name).decode("latin-1")
    return isinstance(name, str) and name.strip().lower() in SECRET


def mapping(value: object, limit: int = CHARACTERS) -> dict:
    """Return an event, or a scope, as key → plain value; what is not a dict, under the key ""."""
    if not isinstance(value, dict):
        return {"": plain(value, limit)}
    return {key if isinstance(key, str) else said(str, key): plain(item, limit) for key, item in value.items()}


def agent(scope: dict) -> str:
    """Return the User-Agent header of a scope, "" where there is none."""
    try:
        return dict(scope["headers"])[b"user-agent"].decode("latin-1")
    except (LookupError, TypeError, ValueError, AttributeError):  # a scope made by hand may hold anything
        return ""


def closes(event: dict) -> bool:
    """Tell whether an application that sends this event is at the end of its connection."""
    whole = event.get("type") == "http.response.body" and not event.get("more_body")
    return whole or event.get("type") == "websocket.close"


def written(value: object) -> str:
    """Return a plain value as Python writes the value it stands for."""
    if not isinstance(value, dict):
        return repr(value)
    if "bytes" in value:
        return repr(value["bytes"].encode("latin-1"))
    if "cut" in value:
        unit = "bytes" if isinstance(value["cut"], dict) else "characters"
        return f"{written(value['cut'])} … {written(value['end'])} ({value['length']:,} {unit})"
    if "list" in value:
        return f"[{', '.join(map(written, value['list']))}]"
    if "tuple" in value:
        comma = "," if len(value["tuple"]) == 1 else ""
        return f"({', '.join(map(written, value['tuple']))}{comma})"
    if "dict" in value:
        return "{" + ", ".join(f"{written(key)}: {written(item)}" for key, item in value["dict"]) + "}"
    return "…" if "secret" in value else value["repr"]


def kind(value: object) -> str:
    """Return the name of the type that a plain value stands for, such as str; of a secret, "secret"."""
    if not isinstance(value, dict):
        return type(value).__name__
    return kind(value["cut"]) if "cut" in value else value.get("type", next(iter(value)))


def unread(receive, most: int) -> list[dict]:
    """Return the events that `receive()` gives at once when the application has ended: the client is gone already."""
    found = []
    while len(found) < most and not (found and found[-1].get("type") == "websocket.disconnect"):
        step = receive()
        try:
            step.send(None)
        except StopIteration as done:
            found.append(mapping(done.value))
        except Exception:  # of a server that gives no event for a connection that is over
            break
        else:  # nothing is there: it would wait
            step.close()
            break
    return found
