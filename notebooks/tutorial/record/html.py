"""A story as an HTML table."""

import html

from .story import Row, Story, client_names, merged, place_words
from .text import LEGEND, SIDE_BY_SIDE, cell_words, clock

# A notebook that comes from elsewhere is shown with only the styles that JupyterLab's sanitizer knows: no var(),
# no currentColor, no <style>. So text keeps the colour of the page, and what is coloured is a tint that lets
# the page through, dark or light. Where all styles are gone (GitHub), it is still a table.
TINTS = {"receive": "rgba(47,129,247,0.3)", "send": "rgba(46,160,67,0.32)"}
TINTS |= {"call": "rgba(128,128,128,0.2)", "bad": "rgba(248,81,73,0.2)"}
MONO = "font-family:Menlo,Consolas,monospace"
LINE = "1px solid rgba(128,128,128,0.35)"
CELL = f"text-align:left;vertical-align:top;padding:0.3em 0.7em;border-bottom:{LINE};white-space:pre-wrap"
ARROW = "padding:0.05em 0.1em 0 0.1em;font-weight:bold;font-size:1.3em;line-height:1.2"
QUIET = "opacity:0.72"


def as_html(group: list[Story]) -> str:
    """Return one story, or several that overlap, as a heading, the scope to open, and a table."""
    names = client_names(group) if len(group) > 1 else [""] * len(group)
    parts = []
    for story, name in zip(group, names, strict=True):
        title = "drive()" if story.driven else f"Connection {story.connection['number']}"
        label = f"{title}, {name}" if name else title
        line = f"<b>{escape(story.name)}</b> <span style=\"{QUIET}\">{escape(label)}</span> · {escape(story.summary)}"
        if name:
            parts.append(html_scope(story, line))
        else:
            parts += [f'<div style="margin:0.4em 0 0.1em 0;font-size:1.1em">{line}</div>', html_scope(story)]
    table = html_columns if 1 < len(group) <= SIDE_BY_SIDE else html_lanes
    return "\n".join([*parts, table(group, names)])


def html_scope(story: Story, line: str = "") -> str:
    """Return the scope to open, under a line of its own or under the heading itself."""
    rows = "".join(
        f'<tr style="background:rgba(0,0,0,0)"><th scope="row" style="{CELL};{MONO}">{escape(key)}</th>'
        f'<td style="{CELL};{MONO};overflow-wrap:anywhere">{escape(text)}</td></tr>'
        for key, text in story.scope.items()
    )
    note = "… stands for what differs at every connection (ports, keys, versions) and for what is secret."
    return (
        f'<details style="margin:0.1em 0 0.5em 0"><summary style="cursor:pointer">{line}{" · " if line else ""}'
        f"<code>scope</code>, {len(story.scope)} keys</summary>"
        f'<table style="border-collapse:collapse;margin:0.3em 0">{rows}</table>'
        f'<div style="{QUIET}">{note}</div></details>'
    )


def html_lanes(group: list[Story], names: list[str]) -> str:
    rows = merged(group)
    wired = any(row.wire for _, _, row in rows)
    server = "drive()" if group[0].driven else "uvicorn"
    heads = ["time", *(["client", ""] if wired else []), server, "", "your application"]
    body = []
    for ms, index, row in rows:
        cells = [html_time(row, ms)]
        if wired:
            name = f'<b style="white-space:nowrap">{names[index]}</b> ' if names[index] else ""
            cells += [td(name + escape(row.wire), "white-space:nowrap"), td(row.way, ARROW)]
        verb = f"<b>{row.verb}</b> {html_place(row)}"
        cells += [td(html_words(row)), td(row.arrow, ARROW), td(verb, "white-space:nowrap")]
        body.append(tr(cells, row.bad))
    return html_table(heads, body)


def html_columns(group: list[Story], names: list[str]) -> str:
    body = []
    for ms, index, row in merged(group):
        cells = [html_time(row, ms), *[td("", f"border-left:{LINE}")] * len(group)]
        mark, words = cell_words(row)
        content = html_words(row) if row.arrow and row.kind != "call" else escape(words)
        code = f"<br>{html_code(row)}" if row.quotes and not row.arrow else ""
        tint = f";background:{TINTS['bad']}" if row.bad else ""
        cells[index + 1] = td(f"<b>{mark}</b> {content}{code}", f"border-left:{LINE}{tint}")
        body.append(tr(cells))
    return f'<div style="{QUIET};margin:0.3em 0">{LEGEND}</div>' + html_table(["time", *names], body, wide=True)


def html_table(heads: list[str], body: list[str], wide: bool = False) -> str:
    """Return a table; a `wide` one takes the whole width, and its columns share it."""
    share = f";width:{90 // (len(heads) - 1)}%" if wide else ""
    time = ";text-align:right" + ";width:5.5em" * wide
    style = f"{CELL};white-space:nowrap;font-weight:bold;border-bottom:2px solid rgba(128,128,128,0.7)"
    head = "".join(f'<th scope="col" style="{style}{share if text != "time" else time}">{text}</th>' for text in heads)
    return (
        f'<table style="border-collapse:collapse;margin:0.2em 0 1em 0;font-size:1.05em{";width:100%" if wide else ""}">'
        f'<thead><tr style="background:rgba(0,0,0,0)">{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'
    )


def html_time(row: Row, ms: float | None) -> str:
    return td(clock(row, ms).strip(), f"text-align:right;white-space:nowrap;{QUIET}")


def html_words(row: Row) -> str:
    """Return an event as a chip with its type, its keys behind it; anything else in plain words."""
    parts = [escape(row.words)]
    if row.arrow:
        tint = TINTS.get(row.kind, TINTS["bad"] if row.bad else TINTS["call"])
        chip = f"background:{tint};{MONO};font-size:1em;padding:0.1em 0.4em;border-radius:4px"
        parts = [f'<code style="{chip}">{parts[0]}</code>']
        parts += [f'<span style="{MONO};overflow-wrap:anywhere">{escape(text)}</span>' for text in row.values]
    elif row.kind == "print":
        parts = [f'<span style="{MONO};overflow-wrap:anywhere">{parts[0]}</span>']
    if row.quotes:
        parts.append("<br>" * bool(row.words) + html_code(row))
    return " ".join(filter(None, parts))


def html_code(row: Row) -> str:
    return f'<code style="{MONO};font-size:1em;background:rgba(128,128,128,0.15)">{escape(row.place["code"])}</code>'


def html_place(row: Row) -> str:
    """Return the place of a row in few words; the code that stands there shows under the pointer."""
    title = escape(row.place.get("code", ""))
    return f'<span title="{title}" style="{QUIET};{MONO};white-space:nowrap">{escape(place_words(row.place))}</span>'


def td(content: str, style: str = "") -> str:
    return f'<td style="{CELL}{";" + style if style else ""}">{content}</td>'


def tr(cells: list[str], bad: bool = False) -> str:
    return f'<tr style="background:{TINTS["bad"] if bad else "rgba(0,0,0,0)"}">{"".join(cells)}</tr>'


def escape(text: str) -> str:
    return html.escape(str(text))
