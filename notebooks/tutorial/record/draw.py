"""`%timeline`: what passed between client, uvicorn and your application, as a table.

A connection (`recorder.Connection.as_dict()`) becomes a story of rows, and stories that overlap share a table. Nothing
here looks at the clock, the disk or the network.
"""

import re
import textwrap

from ..disk.project import TutorialError
from ..shown import MONO, QUIET, WIDTH, Shown, below, beside, folded, inline, mono, safe, table, under
from .events import written
from .story import Row, Story, client_names, groups, merged

BY_ITSELF = ("/favicon.ico", "/.well-known/", "/apple-touch-icon")  # what browsers ask for unasked
HOW = (
    "Write %timeline for the last connection, %timeline 3 for the last three, %timeline all for every one since "
    "the last save, %timeline lifespan for the start and the stop of the server."
)
TIME, CLIENT, SERVER, VERB = 12, 25, 30, 7  # columns of the text
SIDE_BY_SIDE = 3  # clients that fit beside each other
BOLD = "font-weight:bold"
APPLICATION = inline("your application")
TIME_HEAD = Shown("", "time")
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
    if argument == "lifespan":
        found = [c for c in connections if c["type"] == "lifespan"]
        if not found:
            raise TutorialError("No start of a server is recorded. Type server.start(), then %timeline lifespan again.")
        return found
    if not re.fullmatch(r"|all|[1-9]\d{0,4}", argument, re.ASCII):
        raise TutorialError(f"%timeline has no option {argument!r}. {HOW}")
    found = [c for c in connections if c["type"] != "lifespan" and not str(c["path"]).startswith(BY_ITSELF)]
    if not found:
        raise TutorialError(
            "Nothing is recorded: no client came since the last save. Run a cell with a client, after server.start() "
            "if no server runs, then %timeline again."
        )
    return found if argument == "all" else found[-int(argument or 1) :]


def draw(connections: list[dict]) -> Shown:
    """Return the timeline of connections, as `Server.report` gives them; `waits` and `leftover` may be missing."""
    return below(*(one_table(group) for group in groups([Story(connection) for connection in connections])))


class Drawing(Shown):
    """A timeline to which a subclass adds what it knows."""

    def __init__(self, connections: list[dict]) -> None:
        drawn = draw(connections)
        super().__init__(drawn.text, drawn.html)


def one_table(group: list[Story]) -> Shown:
    """Return one story, or several that overlap: how each ended, its scope to open, and what happened."""
    names = client_names(group) if len(group) > 1 else [""]
    text, html = [], []
    for story, name in zip(group, names, strict=True):
        title = "drive()" if story.driven else f"Connection {story.connection['number']}"
        who = inline(f"{', '.join(filter(None, [title, name]))}: {story.name},", BOLD)
        keys = story.connection["scope"]
        count = f"scope, {len(keys)} key{'s' * (len(keys) != 1)}"
        scope = table(["key", "value"], [[key, value_lines(value)] for key, value in keys.items()])
        html.append(folded(beside(who, inline(f"{story.summary} · {count}")), below(scope, SECRET)).html)
        text.append(textwrap.fill(f"{who.text} {safe(story.summary)}.", WIDTH, subsequent_indent="  "))
    for keys in dict.fromkeys(", ".join(story.connection["scope"]) for story in group):
        text.append(textwrap.fill(f"scope: {safe(keys)}", WIDTH, subsequent_indent=" " * 7))
    drawn = columns(group, names) if 1 < len(group) <= SIDE_BY_SIDE else lanes(group, names)
    return below(Shown("\n".join(text), "\n".join(html)), drawn)


def value_lines(value: object) -> list[Shown]:
    """Return a value of the scope as Python writes it; of a list, such as the headers, each item in a line."""
    items = value.get("list") if isinstance(value, dict) else None
    first, *rest = map(written, items or [value])
    return [mono(first), *map(under, rest)]


def lanes(group: list[Story], names: list[str]) -> Shown:
    """Return the lanes client, uvicorn and application, row by row."""
    story = merged(group)
    wired = any(row.wire for _, _, row in story)
    server = SERVER if wired else SERVER + 14
    widths = [TIME, CLIENT, 1, server, 1, WIDTH - TIME - wired * (CLIENT + 3) - server - 4]
    heads = [TIME_HEAD, inline("client"), "", inline("drive()" if group[0].driven else "uvicorn"), "", APPLICATION]
    rows = []
    for ms, index, row in story:
        does = [inline(row.verb.ljust(VERB), BOLD), place(row, widths[-1] - VERB - 1)] if row.verb else []
        rows.append([clock(ms, row), wire(row, names[index]), row.way, words(row), row.arrow, does])
    tints = ["bad" if row.bad else "none" for _, _, row in story]
    drawn = [0, 1, 2, 3, 4, 5] if wired else [0, 3, 4, 5]
    heads, widths, *rows = ([row[column] for column in drawn] for row in (heads, widths, *rows))
    return table(heads, rows, tints, widths)


def columns(group: list[Story], names: list[str]) -> Shown:
    """Return a column for each client, on one clock."""
    rows, tints = [], []
    for ms, index, row in merged(group):
        rows.append([clock(ms, row), *[[]] * len(group)])
        tints.append("bad" if row.bad else "none")
        if row.wire and row.kind in ("call", "dropped"):
            rows[-1][index + 1] = beside(inline(row.way, BOLD), inline(row.wire))
            continue
        first, *rest = words(row)
        mark = inline(f"{row.arrow or '·'} {'' if row.arrow and not row.bad else row.verb}".strip(), BOLD)
        rows[-1][index + 1] = [beside(mark, first), *([place(row)] if row.quotes else []), *rest]
    width = (WIDTH - TIME - 1) // len(group) - 1
    return below(LEGEND, table([TIME_HEAD, *map(inline, names)], rows, tints, [TIME] + [width] * len(group)))


def clock(ms: float | None, row: Row) -> Shown:
    return inline(("now" if row.kind == "open" else "" if ms is None else f"{ms:.1f} ms").rjust(TIME - 1), CLOCK)


def wire(row: Row, name: str) -> Shown:
    """Return what stands in the client's lane; with a name, in fewer words."""
    short = row.wire.partition(" ")[0] if row.wire[:3].isdecimal() else row.wire.partition(",")[0].replace(" frame", "")
    said = ": ".join(filter(None, [name, short if name else row.wire]))
    return inline(said if len(said) <= CLIENT else f"{said[: CLIENT - 1]}…")


def words(row: Row) -> list[Shown]:
    """Return what there is to say: an event's type and its keys, or plain words, and the code where it went wrong."""
    plain = not row.arrow and row.kind != "print"
    tint = row.kind if row.kind in ("receive", "send") else "bad" if row.bad else "quiet"
    said = [inline(row.words) if plain else mono(row.words, tint if row.arrow else "none"), *map(mono, row.values)]
    return [*said, under(row.place["code"], "quiet")] if row.quotes else said


def place(row: Row, room: int = WIDTH) -> Shown:
    """Return the place of a row in few words, such as websocket.py:9, in `room` columns if that is possible."""
    if "line" not in row.place:
        return inline("")
    path, line = row.place["path"], row.place["line"]
    name = re.split(r"[/\\]", path)[-1]
    said = f"{name}:{line}" if name.endswith(".py") else f"{path}, line {line}"
    return inline(said if len(said) <= room else f"line {line}", f"{MONO};{QUIET};white-space:nowrap")
