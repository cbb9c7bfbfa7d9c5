"""A story as text: aligned, and readable where nothing else is."""

import textwrap

from .story import WIDTH, Row, Story, client_names, merged, place_words

CLIENT, SERVER, SIDE_BY_SIDE = 25, 30, 3  # columns of two lanes; clients that fit beside each other
LEGEND = "→ your application receives from this client, ← it sends to this client"


def clock(row: Row, ms: float | None) -> str:
    return f"{'now' if row.kind == 'open' else '':>11}" if ms is None else f"{ms:8.1f} ms"


def heading(story: Story, client: str = "") -> str:
    title = "drive()" if story.driven else f"Connection {story.connection['number']}"
    return ", ".join(filter(None, [title, client])) + f": {', '.join(filter(None, [story.name, story.summary]))}."


def as_text(group: list[Story]) -> str:
    """Return one story, or several that overlap, as lines of at most WIDTH columns."""
    names = client_names(group) if len(group) > 1 else [""] * len(group)
    lines = []
    for story, name in zip(group, names, strict=True):
        lines += textwrap.wrap(heading(story, name), WIDTH, subsequent_indent="  ")
    for keys in dict.fromkeys(", ".join(story.scope) for story in group):
        lines += textwrap.wrap(f"scope: {keys}", WIDTH, subsequent_indent="       ")
    lines.append("")
    if 1 < len(group) <= SIDE_BY_SIDE:
        lines += text_columns(group, names)
    else:
        lines += text_lanes(group, names)
    return "\n".join(line.rstrip() for line in lines)


def text_lanes(group: list[Story], names: list[str]) -> list[str]:
    """Return the lanes client, uvicorn and application, row by row."""
    rows = merged(group)
    wired = any(row.wire for _, _, row in rows)
    room = SERVER if wired else SERVER + 14
    server = "drive()" if group[0].driven else "uvicorn"
    lines = [" " * 13 + (f"{'client':{CLIENT}}   " if wired else "") + f"{server:{room}}   your application"]
    for ms, index, row in rows:
        left = f"{clock(row, ms)}  "
        if wired:
            left += f"{shorten(wire_words(row, names[index]), CLIENT):{CLIENT}} {row.way or ' '} "
        lines += text_row(row, left, room)
    return lines


def text_row(row: Row, left: str, room: int) -> list[str]:
    """Return a row as one line, and more below it for what does not fit in its `room` columns."""
    whole = " ".join([row.words, *row.values])
    if len(whole) <= room:
        middle, below = whole, []
    elif row.values and len(row.words) <= room:
        middle, below = row.words, list(row.values)
    else:
        middle, below = "", [whole]
    if row.quotes:
        below.append(row.place["code"])
    where = place_words(row.place, WIDTH - len(left) - room - 11)
    lines = [f"{left}{middle:{room}} {row.arrow or ' '} {row.verb:7} {where}"]
    if not middle and not row.verb:
        lines = [left + below.pop(0)] if len(left + whole) <= WIDTH else [left]
    margin = " " * (len(left) + 2)
    for text in below:
        lines += textwrap.wrap(text, WIDTH, initial_indent=margin, subsequent_indent=margin + "  ")
    return lines


def wire_words(row: Row, name: str) -> str:
    """Return what stands in the client's lane: with a name, in fewer words."""
    if not name:
        return row.wire
    wire = row.wire.partition(" ")[0] if row.wire[:3].isdecimal() else row.wire.partition(",")[0].replace(" frame", "")
    return f"{name}: {wire}" if wire else name


def text_columns(group: list[Story], names: list[str]) -> list[str]:
    """Return a column for each client, on one clock."""
    width = (WIDTH - 13) // len(group) - 2
    lines = [LEGEND, "", " " * 13 + "".join(f"{name:{width + 2}}" for name in names)]
    for ms, index, row in merged(group):
        margin, when = " " * (index * (width + 2)), clock(row, ms)
        for part in textwrap.wrap(" ".join(cell_words(row)), width, subsequent_indent="  "):
            lines.append(f"{when}  {margin}{part}")
            when = " " * 11
    return lines


def cell_words(row: Row) -> tuple[str, str]:
    """Return a row as it stands in the column of its client: an arrow, or a dot, and words."""
    if row.kind in {"call", "end"} and row.wire:
        return row.way, row.wire
    if row.arrow:
        refused = "is refused" if row.kind == "refused" else ""
        return row.arrow, " ".join(filter(None, [row.words, *row.values, refused]))
    where = f"({place_words(row.place)})" if row.quotes else ""
    return "·", " ".join(filter(None, [row.verb, row.words, where]))


def shorten(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
