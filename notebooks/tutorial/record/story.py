"""From a recorded connection to the rows of its story."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus

from .events import written

WIDTH = 100  # columns of the text
LONGEST = 30  # rows drawn of the beginning, and of the end, of one connection
PROTOCOLS = {"websocket": "WebSocket", "http": "HTTP", "lifespan": "lifespan"}
EMPTY = {"more_body": False, "reason": ""}  # says nothing
EMPTY_BODY = {"bytes": ""}
GIVES_UP = {1002, 1007, 1009}  # codes by which either end says that it cannot go on reading
VERBS = {"receive": "receive", "send": "send", "print": "prints", "raise": "raises", "return": "returns"}
VERBS |= {"warning": "warned", "blocked": "blocks", "caught": "catches", "task": "a task raises"}


@dataclass
class Row:
    """One line of a timeline, from the client's side to the application's.

    `kind` is that of the recorder's entry, or `call` for the call itself, `end` for what follows from an end, `refused`
    for an event that the server did not take, and `open` for what goes on now.
    """

    ms: float | None  # since the application was called; None is now
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
        return self.kind in {"raise", "caught", "task", "warning", "blocked", "refused"} or (
            self.kind == "end" and bool(self.wire)
        )

    @property
    def quotes(self) -> bool:
        """Whether the code at its place is part of what there is to say."""
        return "line" in self.place and self.kind in {"raise", "warning", "blocked", "refused", "open"}


class Story:
    """The rows of one connection, and how it was answered and ended."""

    def __init__(self, connection: dict) -> None:
        self.connection, self.type = connection, connection["type"]
        self.driven = connection.get("driven", False)  # by `drive()`: there is neither client nor server
        self.accepted = self.complete = False
        self.status: object = None  # what the HTTP request was answered
        self.ended = ""  # who closed, and how
        request = self.type in {"http", "websocket"} and not self.driven
        wire = f"{self.method or 'GET'} {self.address}" if request else ""
        self.rows = [Row(0.0, "call", wire, "→" if request else "", "scope", arrow="→", verb="called")]
        for entry in connection["entries"]:
            self.tell(entry)
        self.now()
        if len(self.rows) > 2 * LONGEST:
            between = self.rows[LONGEST:-LONGEST]
            skipped = sum(entry["count"] for entry in connection["entries"] if entry["kind"] == "skipped")
            skipped += sum(row.kind != "skipped" for row in between)
            self.rows[LONGEST:-LONGEST] = [Row(None, "skipped", words=f"… {skipped:,} more, not drawn …")]

    def tell(self, entry: dict) -> None:
        """Add what an entry of the recorder says."""
        kind, ms = entry["kind"], entry.get("ms")
        if kind == "receive" and self.complete and entry["event"].get("type") == "http.disconnect":
            return  # says nothing after a whole answer, and whether Django still reads it depends on its version
        place = {key: entry[key] for key in ("path", "line", "code") if key in entry}
        row = Row(ms, kind, place=place, verb=VERBS.get(kind, ""))
        self.rows.append(row)
        if kind in {"receive", "send"}:
            event = entry["event"]
            row.words, row.values = event_words(event)
            row.arrow = "→" if kind == "receive" else "←"
            if entry.get("failed"):
                row.kind = "refused"
            elif not self.driven:
                row.wire, row.way = (self.received if kind == "receive" else self.sent)(row.words, event)
        elif kind == "print":
            row.words = entry["text"]
        elif kind == "warning":
            row.words = settle(entry["message"])
        elif kind == "blocked":
            lasted = f" for {entry['seconds'] * 1000:.1f} ms" if entry.get("seconds") else ""
            row.words = f"nothing else can run{lasted}"
        elif kind == "skipped":
            row.words = f"… {entry['count']:,} more, not kept …"
        elif kind == "raise":
            gone = "the client has left" if entry["name"] == "ClientDisconnected" else ""
            row.words = settle(": ".join(filter(None, [entry["name"], entry["message"] or gone])))
            self.over(ms, f"raised {entry['name']}", entry["name"])
        elif kind in {"caught", "task"}:
            row.words = settle(": ".join(filter(None, [entry["name"], entry["message"]])))
        elif kind == "return":
            self.over(ms, "returned")

    def received(self, kind: str, event: dict) -> tuple[str, str]:
        """Return what the client did that made uvicorn hand over this event."""
        if kind == "http.request" and event.get("body", EMPTY_BODY) != EMPTY_BODY:
            return "body", "→"
        if kind == "websocket.receive":
            return "binary frame" if event.get("bytes") is not None else "text frame", "→"
        if kind == "http.disconnect":
            self.ended = self.ended or "left by the client before the answer was complete"
            return "leaves", "→"
        if kind != "websocket.disconnect" or self.ended or self.status not in {None, 101}:
            return "", ""  # uvicorn tells the application what it knows already
        code = event.get("code")
        if code == 1012 and "reason" not in event:
            self.ended = "closed by the server, which stops or restarts, with code 1012"
            return "close frame 1012", "←"
        if "reason" not in event:
            self.ended = "lost: the client went without a close frame"
            return "leaves, no close frame", "→"
        if code in GIVES_UP:
            self.ended = f"closed with code {code} by the client or by uvicorn, for what came could not be read"
            return f"close frame {code}", ""
        self.ended = "closed by the client " + ("without a code" if code == 1005 else f"with code {code}")
        return ("close frame, no code" if code == 1005 else f"close frame {code}"), "→"

    def sent(self, kind: str, event: dict) -> tuple[str, str]:
        """Return what the client sees of an event that the application sends."""
        if kind == "websocket.http.response.body" and self.status not in {None, 101, 403}:
            return "body", "←"
        if self.ended:
            return "", ""
        if kind in {"http.response.start", "websocket.http.response.start"} and self.status is None:
            self.status = event.get("status")
            self.ended = "refused by your application" if self.type == "websocket" else ""
            return status_words(self.status), "←"
        if kind == "http.response.body":
            self.complete = event.get("more_body") is not True
            return "body" if self.complete else "part of the body", "←"
        if kind == "websocket.accept" and self.status is None:
            self.accepted, self.status = True, 101
            return status_words(101), "←"
        if kind == "websocket.close" and self.status is None:
            self.status, self.ended = 403, "refused: your application closed before it accepted"
            return status_words(403), "←"
        if kind == "websocket.send" and self.accepted and {"text", "bytes"} & set(event):
            return "binary frame" if event.get("bytes") is not None else "text frame", "←"
        if kind == "websocket.close" and self.accepted:
            code, reason = event.get("code") or 1000, event.get("reason")
            self.ended = f"closed by your application with code {code}" + (f" ({reason})" if reason else "")
            return f"close frame {code}", "←"
        return "", ""

    def over(self, ms: float | None, what: str, error: str = "") -> None:
        """Add what follows, on the wire, from the end of the application."""
        if self.driven:
            self.ended = f"your application {what}"
        elif self.type == "lifespan":
            started = any(row.words == "lifespan.startup.complete" for row in self.rows)
            self.ended = f"your application {what}"
            if not started and error:
                words = "uvicorn takes it that this application knows no lifespan, and serves it"
                self.rows.append(Row(ms, "end", words=words))
        elif self.ended or error == "ClientDisconnected":
            self.ended = self.ended or "lost: the client went without a close frame"
        elif self.status is None:
            when = " before it accepted" if self.type == "websocket" else " before it answered"
            self.status, self.ended = 500, f"for your application {what}{when}"
            self.rows.append(Row(ms, "end", status_words(500), "←", "uvicorn answers instead"))
        elif self.accepted:
            self.ended = f"dropped with no close frame (code 1006): your application {what} without websocket.close"
            self.rows.append(Row(ms, "end", "dropped, no close frame", "←", "the client says: code 1006"))
        elif self.type == "http" and not self.complete:
            self.ended = f"cut off: your application {what} before its answer was complete"
            self.rows.append(Row(ms, "end", "cut off", "←", "uvicorn drops the connection"))

    def now(self) -> None:
        """Add what still goes on."""
        place, tasks = self.connection.get("waits") or {}, self.connection.get("leftover", 0)
        if self.connection["open"]:
            starved, blocked = self.connection.get("starved"), self.rows[-1].kind == "blocked"
            if not blocked:
                words = "no event is left" if starved else ""
                self.rows.append(Row(None, "open", words=words, verb="waits", place=place))
            if self.driven and starved:
                self.ended = "your application waits for another event"
            elif self.driven:
                what = "never let go of the event loop" if blocked else "was still at work"
                self.ended = f"your application {what}, so drive() stopped it"
        elif tasks:
            words = "a task that it started still runs" if tasks == 1 else f"{tasks} tasks that it started still run"
            self.rows.append(Row(None, "open", words=words))

    @property
    def method(self) -> str:
        return self.connection["scope"].get("method") or ""

    @property
    def address(self) -> str:
        """The path, with its query."""
        query = self.connection["scope"].get("query_string") or ""
        query = query.get("bytes", "…") if isinstance(query, dict) else str(query)
        return self.connection["path"] + (f"?{query}" if query else "")

    @property
    def name(self) -> str:
        """The type and where it went, such as WebSocket /chat."""
        kind = PROTOCOLS.get(self.type, f"scope type {self.type!r}")
        method = f"{self.method} " if self.type == "http" else ""
        return f"{kind} {method}{self.address}".strip()

    @property
    def summary(self) -> str:
        """How it was answered and how it ended, in words."""
        words = [] if self.driven or self.type == "lifespan" else ["not answered yet"]
        if self.status is not None:
            words = [f"answered {self.status}"]
        if self.ended:
            words.append(self.ended)
        elif self.connection["open"]:
            words.append("still open")
        return ", ".join(words)

    @property
    def scope(self) -> dict[str, str]:
        """Each key of the scope with its value, as Python writes it, in one line or several."""
        return {key: scope_words(key, written(value)) for key, value in self.connection["scope"].items()}


def event_words(event: dict) -> tuple[str, list[str]]:
    """Return an event's type and, as key=value, the keys that matter."""
    if "" in event:
        return f"{settle(written(event['']))}, which is no dict", []
    kind = event.get("type")
    values = []
    for key, value in event.items():
        if key in {"type", "headers"} or value is None or EMPTY.get(key) == value:
            continue
        text = written(value)
        if key == "body" and len(text) > 46:
            text = f"{text[:40]} …"
        values.append(f"{key}={settle(text)}")
    return (kind if isinstance(kind, str) else written(kind)) if kind is not None else "a dict without a type", values


def status_words(status: object) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def settle(text: str) -> str:
    """Return a repr without what differs at every run."""
    text = re.sub(r"\b0x[0-9a-f]{6,}", "0x…", text)
    return re.sub(r"(localhost|127\.0\.0\.1|\[::1\]):\d+", r"\1:…", text)


def scope_words(key: str, text: str) -> str:
    """Return a value of the scope, one header a line, without what differs at every run or must stay secret."""
    if key in {"client", "server"}:
        return re.sub(r", \d+([)\]])$", r", …\1", text)
    if key == "headers":
        text = re.sub(r"(b'sec-websocket-key', b)'[^']*'", r"\1'…'", text)
        text = re.sub(r"b'user-agent', b'[^']*'", lambda found: re.sub(r"\d[\w.]*", "…", found[0]), text)
        text = text.replace("), (b", "),\n (b").replace("], [b", "],\n [b")
    return settle(text)


def place_words(place: dict, room: int = WIDTH) -> str:
    """Return a place in few words, such as websocket.py:9, in at most `room` characters."""
    if "line" not in place:
        return ""
    path, line = place["path"], place["line"]
    name = re.split(r"[/\\]", path)[-1]
    words = f"{name}:{line}" if name.endswith(".py") else f"{path}, line {line}"
    return words if len(words) <= room else f"line {line}"


def groups(stories: list[Story]) -> list[list[Story]]:
    """Return stories in the order they began, those together that overlap in time."""
    found: list[list[Story]] = []
    until = 0.0
    for story in sorted(stories, key=lambda story: story.connection["clock"]):
        times = [row.ms for row in story.rows if row.ms is not None]
        began = story.connection["clock"]
        end = float("inf") if story.connection["open"] else began + max(times, default=0) / 1000
        if found and began <= until:
            found[-1].append(story)
        else:
            found.append([story])
            until = 0.0
        until = max(until, end)
    return found


def merged(group: list[Story]) -> list[tuple[float | None, int, Row]]:
    """Return the rows of a group on one clock, as (milliseconds since the first began, which story, row)."""
    began, rows = group[0].connection["clock"], []
    for index, story in enumerate(group):
        offset, last = (story.connection["clock"] - began) * 1000, 0.0
        for row in story.rows:
            last = last if row.ms is None else row.ms + offset
            late = row.kind == "open"
            rows.append((late, last, len(rows), (None if row.ms is None else last), index, row))
    return [(ms, index, row) for *_, ms, index, row in sorted(rows, key=lambda row: row[:3])]


def client_names(group: list[Story]) -> list[str]:
    """Return what the client of each story is called: one port is one client."""
    ports = list(dict.fromkeys(story.connection["client"] or id(story) for story in group))
    return [f"client {ports.index(story.connection['client'] or id(story)) + 1}" for story in group]
