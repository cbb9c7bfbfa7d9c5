"""`%timeline`: what passed between client, uvicorn and your application, as a table.

A connection (`recorder.Connection.as_dict()`) becomes a story of rows, and stories that overlap share a table. Nothing
here looks at the clock, the disk or the network.
"""

import math
import re
import textwrap

from ..disk import fault
from ..disk.project import TutorialError
from ..shown import MONO, QUIET, WIDTH, Shown, below, beside, folded, inline, mono, safe, table, under
from .events import written
from .story import Row, Story

BY_ITSELF = ("/favicon.ico", "/.well-known/", "/apple-touch-icon")  # what browsers ask for unasked
HOW = (
    "Write %timeline for the last connection, %timeline 3 for the last three, %timeline all for every one since "
    "the last save, %timeline lifespan for the start and the stop of the server."
)
TIME, CLIENT, SERVER, VERB = 12, 25, 30, 7  # columns of the text
SIDE_BY_SIDE = 3  # clients that fit beside each other
BOLD = "font-weight:bold"
CLOCK = f"display:block;text-align:right;white-space:nowrap;{QUIET}"
LEGEND = inline("→ your application receives from this client, ← it sends to this client", QUIET)
SECRET = inline("… stands for a cookie or a password: their values are never recorded.", QUIET)


def choose(connections: list[dict], argument: str = "") -> list[dict]:
    """Return the connections that `%timeline argument` means, oldest first.

    Nothing: the last. A number: that many of the last. `all`: every one there is; the worker that remembers them is
    a new one after each save, so that is since the last save. `lifespan`: the lifespan connection, which no other
    argument draws. Raises TutorialError, in sentences, for any other and where there is nothing to draw.
    """
    argument = argument.strip()
    if not re.fullmatch(r"|all|lifespan|[1-9]\d{0,4}", argument, re.ASCII):
        raise TutorialError(f"%timeline has no option {argument!r}. {HOW}")
    lifespan = argument == "lifespan"
    found = [c for c in connections if (c["type"] == "lifespan") == lifespan]
    found = [c for c in found if not str(c["path"]).startswith(BY_ITSELF)]
    if not found:
        raise TutorialError(
            "Nothing is recorded: no client came since the last save, or no server runs. Type server.start(), run a "
            "cell with a client, then %timeline again."
        )
    return found if lifespan or argument == "all" else found[-int(argument or 1) :]


def draw(connections: list[dict]) -> Shown:
    """Return the timeline of connections, as `Server.report` gives them; `waits` and `leftover` may be missing."""
    return below(*map(one_table, groups([Story(connection) for connection in connections])))


def groups(stories: list[Story]) -> list[list[Story]]:
    """Return stories in the order they began, those together that overlap in time."""
    found, until = [], -math.inf
    for story in sorted(stories, key=lambda story: story.connection["clock"]):
        began, last = story.connection["clock"], max(row.ms for row in story.rows)
        if began > until:
            found.append([])
        found[-1].append(story)
        until = max(until, math.inf if story.connection["open"] else began + last / 1000)
    return found


def merged(group: list[Story]) -> list[tuple[float, int, Row]]:
    """Return the rows of a group on one clock, as (milliseconds since the first began, number of the client, row)."""
    rows = []
    for number, story in enumerate(group, 1):
        offset = (story.connection["clock"] - group[0].connection["clock"]) * 1000
        rows += [(row.ms + offset, number, row) for row in story.rows]
    return sorted(rows, key=lambda each: each[0])


def one_table(group: list[Story]) -> Shown:
    """Return one story, or several that overlap: how each ended, its scope to open, and what happened."""
    text, html = [], []
    for number, story in enumerate(group, 1):
        title = "drive()" if story.driven else f"Connection {story.connection['number']}"
        title = f"{title}, client {number}" if len(group) > 1 else title
        who, keys = inline(f"{title}: {story.name},", BOLD), story.connection["scope"]
        scope = table(["key", "value"], [[key, value_lines(value)] for key, value in keys.items()])
        count = f"scope, {len(keys)} key{'s' * (len(keys) != 1)}"
        html.append(folded(beside(who, inline(f"{seen(story)} · {count}")), below(scope, SECRET)).html)
        text.append(textwrap.fill(f"{who.text} {safe(seen(story))}.", WIDTH, subsequent_indent="  "))
    for keys in dict.fromkeys(", ".join(story.connection["scope"]) for story in group):
        text.append(textwrap.fill(f"scope: {safe(keys)}", WIDTH, subsequent_indent=" " * 7))
    drawn = columns(group) if 1 < len(group) <= SIDE_BY_SIDE else lanes(group)
    return below(Shown("\n".join(text), "\n".join(html)), drawn)


def seen(story: Story) -> str:
    """Return how a connection was answered and how it ended; while a fault is hidden, only what its client saw."""
    return re.split(": |, because", story.summary)[0] if fault.hidden() else story.summary


def value_lines(value: object) -> list[Shown]:
    """Return a value of the scope as Python writes it; of a list, such as the headers, each item in a line."""
    items = value.get("list") if isinstance(value, dict) else None
    first, *rest = map(written, items or [value])
    return [mono(first), *map(under, rest)]


def lanes(group: list[Story]) -> Shown:
    """Return the lanes client, uvicorn and application, row by row."""
    rows, cells = merged(group), []
    wired = any(row.wire for _, _, row in rows)
    server = SERVER if wired else SERVER + 14
    last = WIDTH - TIME - server - 4 - (CLIENT + 3 if wired else 0)
    for _, number, row in rows:
        name = f"client {number}" if len(group) > 1 else ""
        seen = ": ".join(filter(None, [name, row.wire.replace(" frame", "") if name else row.wire]))
        client = [inline(seen if len(seen) <= CLIENT else f"{seen[: CLIENT - 1]}…"), row.way] if wired else []
        does = [inline(row.verb.ljust(VERB), BOLD), place(row, last - VERB - 1)] if row.verb else []
        cells.append([*client, words(row), row.arrow, does])
    heads = [inline("drive()" if group[0].driven else "uvicorn"), "", inline("your application")]
    if wired:
        return timed(rows, [inline("client"), "", *heads], cells, [CLIENT, 1, server, 1, last])
    return timed(rows, heads, cells, [server, 1, last])


def columns(group: list[Story]) -> Shown:
    """Return a column for each client."""
    rows, cells = merged(group), []
    for _, number, row in rows:
        if row.wire and row.kind in ("call", "dropped"):
            cell = [beside(inline(row.way, BOLD), inline(row.wire))]
        else:
            verb = row.verb if row.bad or not row.arrow else ""
            first, *rest = words(row)
            where = place(row) if row.bad or row.kind == "open" else inline("")
            cell = [beside(inline(f"{row.arrow or '·'} {verb}".strip(), BOLD), first), where, *rest]
        cells.append([cell if client == number else [] for client in range(1, len(group) + 1)])
    heads = [inline(f"client {client}") for client in range(1, len(group) + 1)]
    return below(LEGEND, timed(rows, heads, cells, [(WIDTH - TIME - 1) // len(group) - 1] * len(group)))


def timed(rows: list[tuple[float, int, Row]], heads: list, cells: list[list], widths: list[int]) -> Shown:
    """Return a table of rows, with the time of each in front of its cells."""
    times = ["now" if row.kind == "open" else f"{ms:.1f} ms" * (row.kind != "skipped") for ms, _, row in rows]
    lines = [[inline(time.rjust(TIME - 1), CLOCK), *line] for time, line in zip(times, cells, strict=True)]
    tints = ["bad" if row.bad else "none" for _, _, row in rows]
    return table([Shown("", "time"), *heads], lines, tints, [TIME, *widths])


def words(row: Row) -> list[Shown]:
    """Return an event's type and its keys, or what else there is to say, and the code where it went wrong."""
    tint = row.kind if row.kind in ("receive", "send") else "bad" if row.bad else "quiet"
    said = mono(row.words, tint if row.arrow else "none") if row.arrow or row.kind == "print" else inline(row.words)
    quotes = "line" in row.place and (row.bad or row.kind == "open") and not fault.hidden()
    quoted = [under(row.place["code"], "quiet")] if quotes else []
    return [said, *map(mono, row.values), *quoted]


def place(row: Row, room: int = WIDTH) -> Shown:
    """Return the place of a row in few words, such as websocket.py:9, in `room` columns if that is possible."""
    if "line" not in row.place:
        return inline("")
    path, line = row.place["path"], row.place["line"]
    name = re.split(r"[/\\]", path)[-1]
    said = f"{name}:{line}" if name.endswith(".py") else f"{path}, line {line}"
    return inline(said if len(said) <= room else f"line {line}", f"{MONO};{QUIET};white-space:nowrap")
