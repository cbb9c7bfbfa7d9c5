"""From a recorded connection to the rows of its story."""

import math
from dataclasses import dataclass, field
from http import HTTPStatus

from .events import written

LONGEST = 30  # rows drawn of the beginning, and of the end, of one connection
PROTOCOLS = {"websocket": "WebSocket", "http": "HTTP", "lifespan": "lifespan"}
EMPTY = {"more_body": False, "reason": ""}  # keys with values that say nothing
BODY = 46  # columns for a body
GIVES_UP = (1002, 1007, 1009)  # close codes by which either side says that it could not read what came
VERBS = {"print": "prints", "raise": "raises", "return": "returns", "warning": "warned", "blocked": "blocks"}
PHRASES = {str(status.value): status.phrase for status in HTTPStatus}
REFUSED = "refused by your application"
FINE = {"call", "receive", "send", "print", "return", "skipped", "end", "open"}  # every other kind is a mistake
ANSWERS = {  # events that answer: the status, and how they end the connection
    "http.response.start": (None, ""),
    "websocket.http.response.start": (None, REFUSED),
    "websocket.accept": (101, ""),
    "websocket.close": (403, "refused: your application closed before it accepted"),
}


@dataclass
class Row:
    """One line of a timeline, from the client's side to the application's.

    `kind` is that of the recorder's entry, or `call`, `end` for what follows from the application's end, `dropped` for
    a client that is left without an answer, `refused` for an event that the server did not take, `open` for now.
    """

    ms: float  # since the application was called; infinite for what still goes on
    kind: str
    wire: str = ""  # what the client sends or sees
    way: str = ""  # → it sends it, ← it sees it
    words: str = ""  # an event's type, or what there is to say
    values: list[str] = field(default_factory=list)  # an event's other keys, as key=value
    arrow: str = ""  # → to the application, ← from it
    verb: str = ""  # what the application does
    place: dict = field(default_factory=dict)  # where: path, line, code

    @property
    def bad(self) -> bool:
        return self.kind not in FINE


class Story:
    """The rows of one connection, and how it was answered and ended.

    `connection` is `Connection.as_dict()`, and what a worker or `drive()` adds to it.
    """

    def __init__(self, connection: dict) -> None:
        self.connection, self.type = connection, connection["type"]
        self.driven = connection.get("driven", False)  # by `drive()`: there is neither client nor server
        self.wired = self.type in ("http", "websocket") and not self.driven  # a client waits for an answer
        self.status: object = None  # what the handshake or the request was answered
        self.complete = False  # the answer to a request
        self.ended = ""  # who closed, and how
        path, query, method = (text(connection["scope"].get(key) or "") for key in ("path", "query_string", "method"))
        address = f"{path}?{query}" if query else path
        protocol = PROTOCOLS.get(str(self.type), f"scope type {self.type!r}")
        self.name = " ".join(filter(None, [protocol, method, address]))
        request = (f"{method or 'GET'} {address}", "→") if self.wired else ("", "")
        self.rows = [Row(0.0, "call", *request, "scope", arrow="→", verb="called")]
        for entry in connection["entries"]:
            self.tell(entry)
        self.tell_now()
        if between := self.rows[LONGEST:-LONGEST]:
            count = len(between) + sum(entry.get("count", 1) - 1 for entry in connection["entries"])
            self.rows[LONGEST:-LONGEST] = [Row(between[0].ms, "skipped", words=f"… {count:,} more, not drawn …")]

    @property
    def summary(self) -> str:
        """How it was answered and how it ended, in words."""
        answered = "not answered yet" * self.wired if self.status is None else f"answered {text(self.status)}"
        return ", ".join(filter(None, [answered, self.ended or "still open" * self.connection["open"]]))

    def tell(self, entry: dict) -> None:
        """Add what an entry of the recorder says."""
        kind, event = entry["kind"], entry.get("event", {})
        if self.complete and event.get("type") == "http.disconnect":
            return  # says nothing after a whole answer, and whether Django still reads it depends on its version
        said = ": ".join(filter(None, [entry.get("name"), entry.get("message", entry.get("text"))]))
        row = Row(entry.get("ms", self.rows[-1].ms), kind, words=said, verb=VERBS.get(kind, kind), place=entry)
        self.rows.append(row)
        match kind:
            case "receive" | "send":
                row.words, row.values = event_words(event)
                row.arrow = "→" if kind == "receive" else "←"
                if entry.get("failed"):
                    row.kind = row.verb = "refused"
                elif self.wired:
                    row.wire, row.way, ended = self.wire(row.words, event)
                    self.ended = self.ended or ended
            case "blocked":
                row.words = "nothing else can run"
                row.words += f" for {entry['seconds'] * 1000:.1f} ms" if entry.get("seconds") else ""
            case "skipped":
                row.words, row.verb = f"… {entry['count']:,} more, not kept …", ""
            case "raise" | "return":
                self.over(row.ms, entry.get("name", ""))

    def wire(self, kind: str, event: dict) -> tuple[str, str, str]:
        """Return what the client sends or sees because of an event, which way it goes, and how the connection ends."""
        frame = "text frame" if event.get("bytes") is None else "binary frame"
        match kind:
            case "http.request" if event.get("body") not in (None, {"bytes": ""}):
                return "body", "→", ""
            case "http.disconnect":
                return "leaves", "→", "left by the client before the answer was complete"
            case "websocket.receive":
                return frame, "→", ""
            case "websocket.http.response.body" if self.ended == REFUSED:
                return "body", "←", ""
            case _ if self.ended:
                pass  # uvicorn tells the application what it knows, and passes nothing on
            case "websocket.disconnect" if self.status in (None, 101):
                return left(event.get("code"), "reason" in event)
            case "http.response.body":
                self.complete = event.get("more_body") is not True
                return "body" if self.complete else "part of the body", "←", ""
            case "websocket.send" if self.status == 101 and {"text", "bytes"} & set(event):
                return frame, "←", ""
            case "websocket.close" if self.status == 101:
                code, reason = text(event.get("code") or 1000), text(event.get("reason") or "")
                how = f"code {code} ({reason})" if reason else f"code {code}"
                return f"close frame {code}", "←", f"closed by your application with {how}"
            case _ if kind in ANSWERS and self.status is None:
                status, ended = ANSWERS[kind]
                self.status = status or event.get("status")
                return f"{text(self.status)} {PHRASES.get(text(self.status), '')}".strip(), "←", ended
        return "", "", ""

    def over(self, ms: float, error: str) -> None:
        """Add what the end of the application means for the client; `error` is the name of what it raised."""
        what = f"your application {f'raised {error}' if error else 'returned'}"
        if not self.wired:
            self.ended = what
            if error and not self.driven and not any(row.words == "lifespan.startup.complete" for row in self.rows):
                words = "uvicorn concludes that this application does not support lifespan, and serves it"
                self.rows.append(Row(ms, "end", words=words))
        elif self.ended or error == "ClientDisconnected":
            self.ended = self.ended or "lost: the client went without a close frame"
        elif self.status is None:
            self.status = 500
            self.ended = f"because {what} before it {'accepted' if self.type == 'websocket' else 'answered'}"
            self.rows.append(Row(ms, "dropped", "500 Internal Server Error", "←", "uvicorn answers instead"))
        elif self.type == "websocket":
            self.ended = f"dropped with no close frame (code 1006): {what} without websocket.close"
            self.rows.append(Row(ms, "dropped", "dropped, no close frame", "←", "the client says: code 1006"))
        elif not self.complete:
            self.ended = f"cut off: {what} before its answer was complete"
            self.rows.append(Row(ms, "dropped", "cut off", "←", "uvicorn drops the connection"))

    def tell_now(self) -> None:
        """Add what still goes on."""
        blocked, starved = self.rows[-1].kind == "blocked", self.connection.get("starved")
        tasks = self.connection.get("leftover")
        if self.connection["open"] and not blocked:
            words, place = "no event is left" if starved else "", self.connection.get("waits") or {}
            self.rows.append(Row(math.inf, "open", words=words, verb="waits", place=place))
        elif tasks and not self.connection["open"]:
            self.rows.append(Row(math.inf, "open", words=f"tasks that it started and that still run: {tasks}"))
        if self.driven and self.connection["open"]:
            what = "never let go of the event loop" if blocked else "was still at work"
            what = "waits for another event" if starved else f"{what}, so drive() stopped it"
            self.ended = f"your application {what}"


def left(code: object, framed: bool) -> tuple[str, str, str]:
    """Return what `Story.wire` does, for a WebSocket that the other side left; `framed` says if a close frame came."""
    if not framed and code != 1012:
        return "leaves, no close frame", "→", "lost: the client went without a close frame"
    if code == 1005:
        return "close frame, no code", "→", "closed by the client without a code"
    way, who = ("→", "the client") if framed else ("←", "the server, which stops or restarts,")
    if code in GIVES_UP:
        way, who = "", "the client or by uvicorn, because what came could not be read,"
    return f"close frame {text(code)}", way, f"closed by {who} with code {text(code)}"


def text(value: object) -> str:
    """Return a string, or what bytes spell, as it is; any other plain value as Python writes it."""
    spelt = value.get("bytes") if isinstance(value, dict) else value
    return spelt if isinstance(spelt, str) else written(value)


def event_words(event: dict) -> tuple[str, list[str]]:
    """Return an event's type and, as key=value, the keys that matter."""
    if "" in event:
        return f"{written(event[''])}, which is not a dict", []
    kind = event.get("type")
    name = kind if isinstance(kind, str) else "a dict without a type" if kind is None else written(kind)
    told = {key: written(value) for key, value in event.items() if value not in (None, EMPTY.get(key))}
    if len(told.get("body", "")) > BODY:
        told["body"] = f"{told['body'][: BODY - 6]} …"
    return name, [f"{key}={value}" for key, value in told.items() if key not in ("type", "headers")]
