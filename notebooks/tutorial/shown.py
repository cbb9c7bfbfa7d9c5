"""The one way to show something under a cell: text first, and the same as HTML beside it.

Text is what a terminal, a screen reader and a diff see. The HTML has only what JupyterLab's sanitizer keeps in a
notebook that is not trusted: no script, no class, no id, no `var()`. So text keeps the colour of the page, and a colour
is a tint that lets a light page through and a dark one.
"""

import html
import re
from dataclasses import dataclass

from .disk.project import wrapped

TINTS = {
    "good": "rgba(46,160,67,0.24)",
    "bad": "rgba(248,81,73,0.22)",
    "quiet": "rgba(128,128,128,0.2)",
    "receive": "rgba(47,129,247,0.3)",
    "send": "rgba(46,160,67,0.32)",
    "none": "rgba(0,0,0,0)",
}
MONO = "font-family:Menlo,Consolas,monospace;white-space:pre-wrap"
LINE = "1px solid rgba(128,128,128,0.35)"
# Control characters but tab and line feed, and those that turn the direction of what follows.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Shown:
    """What a cell shows: `text`, and `html` beside it."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def safe(text: str) -> str:
    """Return text of a stranger with what could move a cursor or turn the line made visible, as \\x1b."""
    return UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def escape(text: str) -> str:
    return html.escape(text, quote=True)


def below(*parts: Shown) -> Shown:
    """Return parts below each other."""
    return Shown("\n\n".join(part.text for part in parts), "\n".join(part.html for part in parts))


def title(text: str, tint: str = "quiet") -> Shown:
    """Return a heading of one line, on a tint."""
    style = f"background:{TINTS[tint]};padding:0.1em 0.5em;border-radius:4px"
    return Shown(text, f'<p><b style="{style}">{escape(text)}</b></p>')


def sentences(text: str) -> Shown:
    """Return sentences; lines that begin with a space are code and stay as they are."""
    rows = [
        f'<code style="{MONO}">{escape(line)}</code>' if line.startswith(" ") else escape(line)
        for line in text.splitlines()
    ]
    return Shown(wrapped(text), f'<p style="max-width:60em">{"<br>".join(rows)}</p>')


def code(text: str, tint: str = "none") -> Shown:
    """Return lines that stay as they are."""
    text = text.rstrip()
    style = f"{MONO};margin:0;padding:0 0.5em;line-height:1.35;background:{TINTS[tint]}"
    return Shown(text, f'<pre style="{style}">{escape(text)}</pre>')


def table(heads: list[str], rows: list[list[str]], tints: list[str] | None = None) -> Shown:
    """Return a table of short texts, a tint for each row where there are `tints`."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [heads, *rows]
    ]
    cell = f"text-align:left;vertical-align:top;padding:0.2em 0.9em 0.2em 0;border-bottom:{LINE}"
    body = "".join(
        f'<tr style="background:{TINTS[tint]}">'
        + "".join(f'<td style="{cell};{MONO}">{escape(text)}</td>' for text in row)
        + "</tr>"
        for row, tint in zip(rows, tints or ["none"] * len(rows), strict=True)
    )
    head = "".join(f'<th scope="col" style="{cell}">{escape(text)}</th>' for text in heads)
    html_table = f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return Shown("\n".join(lines), html_table)


def folded(summary: str, part: Shown) -> Shown:
    """Return a part behind a summary that opens it; as text, the summary and the part below each other."""
    style = "cursor:pointer"
    return Shown(
        f"{summary}\n{part.text}",
        f'<details><summary style="{style}">{escape(summary)}</summary>{part.html}</details>',
    )
