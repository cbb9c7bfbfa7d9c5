"""What a check shows: text that reads well aloud and in a terminal, and the same as simple HTML beside it."""

import html
from dataclasses import dataclass

from ..disk.project import wrapped

CELL = "text-align:left;vertical-align:top;padding:0.2em 0.9em 0.2em 0;border-bottom:1px solid rgba(128,128,128,0.35)"
MONO = "font-family:Menlo,Consolas,monospace;white-space:pre-wrap"
TINTS = {"✓": "rgba(46,160,67,0.24)", "✗": "rgba(248,81,73,0.22)", "·": "rgba(128,128,128,0.2)"}


@dataclass
class Part:
    text: str
    html: str


class Shown:
    """A title that begins with ✓, ✗ or ·, and parts that each have a `text` and an `html`."""

    def __init__(self, title: str, parts: list, ports: list[int] = ()) -> None:
        self.title, self.parts, self.ports = title, parts, ports

    def __repr__(self) -> str:
        return "\n\n".join([self.title, *(part.text for part in self.parts)])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        mark, words = self.title[0], self.title[2:]
        style = f"background:{TINTS[mark]};padding:0.1em 0.5em;border-radius:4px"
        head = f'<p><b style="{style}">{mark} {escape(words)}</b></p>'
        return {"text/plain": repr(self), "text/html": "\n".join([head, *(part.html for part in self.parts)])}


def paragraph(text: str) -> Part:
    """Return sentences; lines that begin with a space are code and stay as they are."""
    rows = [
        f'<code style="{MONO}">{escape(line)}</code>' if line.startswith(" ") else escape(line)
        for line in text.splitlines()
    ]
    return Part(wrapped(text), f'<p style="max-width:60em">{"<br>".join(rows)}</p>')


def code(text: str) -> Part:
    return Part(text.rstrip(), f'<pre style="{MONO}">{escape(text.rstrip())}</pre>')


def table(steps: list) -> Part:
    """Return the steps of a visit: what was sent, what was expected, what came, after how long."""
    heads = ("", "did", "expected", "came", "after")
    rows = [("✓" if s.right else "✗", s.sent, words(s.expected), words(s.came), f"{s.ms:.1f} ms") for s in steps]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(4)]
    lines = []
    for mark, did, expected, came, after in [heads, *rows]:
        cells = [mark.ljust(1), did.ljust(widths[1]), expected.ljust(widths[2]), came.ljust(widths[3])]
        lines.append("  ".join([*cells, after.rjust(10)]).rstrip())
    body = "".join(
        f'<tr style="background:{"rgba(0,0,0,0)" if row[0] == "✓" else TINTS["✗"]}">'
        + "".join(f'<td style="{CELL};{MONO}">{escape(cell)}</td>' for cell in row)
        + "</tr>"
        for row in rows
    )
    head = "".join(f'<th scope="col" style="{CELL}">{escape(text)}</th>' for text in heads)
    html_table = f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return Part("\n".join(lines), html_table)


def words(value: object, room: int = 32) -> str:
    """Return a message as Python writes it, anything else in its words."""
    text = repr(value) if isinstance(value, (str, bytes)) else str(value)
    return text if len(text) <= room else f"{text[: room - 1]}…"


def escape(text: str) -> str:
    return html.escape(text, quote=False)
