"""Each way in which a handler goes wrong, in sentences that name the learner's line.

The order: an exception that was raised, an event that the specification does not allow, what nobody awaited, a
standstill, and then what an application waits for. What Python or the protocol says comes first; a sentence of ours
adds to it, and only where it is certain.
"""

import time

from ..disk import fault
from ..shown import safe
from . import source
from .events import written
from .protocol import TYPES, no_type
from .raised import events, never_awaited, place, raised, refused, types

ANSWERS = {"websocket.accept", "websocket.close", "websocket.http.response.start"}  # to a handshake
EXTENSION = "websocket.http.response"  # a key of scope["extensions"]
YOUNG = 0.5  # seconds in which a connection, of a browser perhaps, may well be at its beginning
MANY = 100  # events sent by an application that never comes to an end


def logged(ended: object, log: str) -> list[str]:
    """Return what the project itself wrote last into its log, for a connection that it `ended` with code 1011."""
    own = [line for line in log.splitlines() if not line.startswith(("INFO:", "WARNING:"))]
    if getattr(ended, "code", None) != 1011 or not own or fault.hidden():
        return []
    return [f"1011 is an error of the server's own. The last line of its log: {own[-1]}"]


def explain(connection: dict, stuck: dict | None = None, silent: bool = False) -> str | None:
    """Return what went wrong on a connection, or None where nothing did.

    `connection` is `Connection.as_dict()` with `waits`, where its application waits now; `stuck` is the line at which
    the event loop stands still; `silent` says that its client waits and hears nothing.
    """
    if connection["type"] not in RULES or fault.hidden():
        return None
    first = raised(connection, silent) or refused(connection) or never_awaited(connection)
    said = "\n".join(filter(None, [first, standing(connection, stuck)]))
    others = (rule(connection, silent) for rule in RULES[connection["type"]])
    return safe(said or next(filter(None, others), "")) or None


def standing(connection: dict, stuck: dict | None) -> str | None:
    for entry in filter(place, events(connection, "blocked")):  # in the project, not of a machine that is busy
        if "seconds" in entry:
            return (
                f"The event loop stood still for about {entry['seconds']:.1g} s, and with it every connection, at "
                f"{place(entry)}\nIn async code, wait with `await`: `await asyncio.sleep(1)`, not `time.sleep(1)`."
            )
        stuck = stuck or entry
    if not stuck:
        return None
    sent, skipped = events(connection, "send"), events(connection, "skipped")
    endless = len(sent) + sum(entry["count"] for entry in skipped) > MANY
    if endless and len(sent) > len(events(connection, "receive")):
        return f"Your application sends without end and hears nothing in between: {place(stuck)}"
    return standstill(stuck)


def standstill(stuck: dict) -> str:
    return "" if fault.hidden() else f"The event loop stands still, and with it every connection, at {place(stuck)}"


def unanswered(connection: dict, silent: bool) -> str | None:
    """Explain a request that the application leaves without a whole answer."""
    sent, left = types(events(connection, "send")), "http.disconnect" in types(events(connection, "receive"))
    if not events(connection, "return") or "http.response.body" in sent or left:
        return None
    if "http.response.start" in sent:
        return f"Your application returns without http.response.body: {place(events(connection, 'send')[-1])}"
    return "Your application returns without http.response.start, so the request is answered with status 500."


def returned(connection: dict, silent: bool) -> str | None:
    """Explain an application that has ended before its client."""
    sent, received = types(events(connection, "send")), types(events(connection, "receive"))
    ended = set(sent) & (ANSWERS - {"websocket.accept"}) or "websocket.disconnect" in received
    if not events(connection, "return") or ended or any(entry.get("failed") for entry in events(connection, "send")):
        return None
    last = [entry for entry in connection["entries"] if entry["kind"] in {"send", "receive"}][-1:]
    value = source.returns(source.around(last[0])) if last else None
    if value is not None:
        at = place(source.place(last[0]["path"], value))
        lost = f"It returns {source.ast.unparse(value.value)}, which goes nowhere: send it. {at}"
    else:
        lost = f"The last thing it did: {place(last[0])}" if last else "It never called receive() or send()."
    if "websocket.accept" not in sent:
        return f"Your application returns without websocket.accept, so the handshake fails with status 500. {lost}"
    drops = "Your application returns while the client is still connected, so the connection drops with no close frame"
    return f"{drops}. {lost}" if value is not None else f"{drops}. Is a loop missing? {lost}"


def waiting(connection: dict, silent: bool) -> str | None:
    """Explain an application that is still running."""
    if not connection["open"]:
        return None
    sent, received = types(events(connection, "send")), types(events(connection, "receive"))
    where = waits(connection)
    left = "websocket.disconnect" in received
    if left and (set(sent) & ANSWERS or "receive" not in (connection["waits"] or {}).get("code", "")):
        goes_on = "The client has left, and your application goes on after websocket.disconnect"
        return f"{goes_on}: leave the loop with `break`.{where}"
    if time.time() - connection["clock"] < YOUNG:
        return None
    if not received:
        deaf = "so it hears neither messages nor the client leaving"
        return f"Your application never calls receive(), {deaf}.{where}"
    if not set(sent) & ANSWERS and (silent or left or "receive" in (connection["waits"] or {}).get("code", "")):
        never = f"Your application never sends websocket.accept, so the client waits for ever.{where}"
        return misspelt(connection) or never
    return None


def waits(connection: dict) -> str:
    """Return where a connection's application waits now, as a sentence; nothing where that is not known."""
    where = place(connection["waits"])
    return f" It waits in {where}" if where else ""


def unheard(connection: dict, silent: bool) -> str | None:
    """Explain a client that waits for an answer: with what the message was compared, or what came last."""
    received, waits_in = events(connection, "receive"), connection["waits"] or {}
    if not silent or not connection["open"] or not received:
        return None
    last = received[-1]["event"]
    said = [entry for entry in connection["entries"] if entry["kind"] in {"receive", "send"}][-1]
    sent = "nothing" if said["kind"] == "receive" else f"only {said['event'].get('type', '')}"
    what = f" with {written(last['text'])}" if last.get("text") is not None else ""
    idle = said["kind"] == "receive" and "receive" in waits_in.get("code", "") and isinstance(last.get("text"), str)
    compared = list(source.comparisons(source.around(waits_in))) if idle else []
    sentence = misspelt(connection)
    if not sentence and compared and last["text"] not in [string for _, _, string in compared]:
        node, side, _ = compared[0]
        strings = " and ".join(repr(string) for _, _, string in compared)
        came = f"It compares {side} with {strings}, and what came is {written(last['text'])}"
        sentence = f"{came}: {place(source.place(waits_in['path'], node))}"
    return sentence or (
        f"The last event your application received is {last['type']}{what}, and it has sent {sent} "
        f"since.{waits(connection)}"
    )


def misspelt(connection: dict) -> str | None:
    """Name an event type that does not exist, in the file in which an application waits: it waits for it in vain."""
    path = (connection["waits"] or {}).get("path")
    for node, text in source.compared(path) if path else ():
        sentence = no_type(text, TYPES, 0.85)
        if text not in {*TYPES, EXTENSION} and (text.startswith("websocket.") or sentence.endswith("?")):
            return f"{sentence}{'' if sentence.endswith('?') else ':'} {place(source.place(path, node))}"
    return None


def outlived(connection: dict, silent: bool) -> str | None:
    if connection["open"] or not connection["leftover"]:
        return None
    task = "a task that its handler made runs on. Cancel it when you leave the loop"
    return f"The connection has ended, and {task}: {place(connection['made'][0])}"


RULES = {"http": (unanswered,), "websocket": (returned, waiting, outlived, unheard)}
