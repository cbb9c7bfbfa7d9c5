"""The one way to show something under a cell: text first, and the same as HTML beside it.

Text is what a terminal, a screen reader and a diff see. The HTML has only what JupyterLab's sanitizer keeps in a
notebook that is not trusted: no script, no class, no id, no `var()`. So the letters keep the colour of the page, and
every other colour is a tint, through which a light page and a dark one are seen.

What is shown may hold text of a stranger, so every function here makes control characters visible (`safe`).
"""

import html
import re
import textwrap
from dataclasses import dataclass

from .disk.project import wrapped

WIDTH = 100  # columns of a table as text
TINTS = {
    "good": "rgba(46,160,67,0.24)",
    "bad": "rgba(248,81,73,0.22)",
    "quiet": "rgba(128,128,128,0.2)",
    "receive": "rgba(47,129,247,0.3)",
    "send": "rgba(46,160,67,0.32)",
    "none": "rgba(0,0,0,0)",
}
MONO = "font-family:Menlo,Consolas,monospace;white-space:pre-wrap"
QUIET = "opacity:0.72"
LONG = 30  # letters; a longer word may be broken anywhere, because it would widen the page
CELL = "text-align:left;vertical-align:top;padding:0.25em 0.35em;border-bottom:1px solid rgba(128,128,128,0.35)"
# Control characters but tab and line feed, those that turn the direction of what follows, other ends of a line, and
# halves of a character, which cannot be sent to a browser.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


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
    """Return text with what could move a cursor, end a line or turn its direction made visible, such as \\x1b."""
    return UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def inline(text: str, style: str = "", tag: str = "span") -> Shown:
    """Return a piece of a line, with CSS as its `style`; line feeds become spaces."""
    text = safe(text).replace("\n", " ")
    if any(len(word) > LONG for word in text.split()):
        style += ";word-break:break-all"
    escaped = html.escape(text, quote=False)
    return Shown(text, f'<{tag} style="{style}">{escaped}</{tag}>' if style else escaped)


def mono(text: str, tint: str = "none") -> Shown:
    """Return a piece of a line of code or of a value, on a tint."""
    chip = "padding:0" if tint == "none" else "padding:0.05em 0.2em;border-radius:4px"
    return inline(text, f"{MONO};background:{TINTS[tint]};{chip}", "code")


def under(text: str, tint: str = "none") -> Shown:
    """Return a piece of code that begins a line of its own."""
    piece = mono(text, tint)
    return Shown(f"\n{piece.text}", f"<br>{piece.html}")


def beside(*pieces: Shown) -> Shown:
    """Return pieces as one, with spaces between."""
    return Shown(" ".join(piece.text for piece in pieces), " ".join(piece.html for piece in pieces))


def below(*parts: Shown) -> Shown:
    """Return parts below each other."""
    return Shown("\n\n".join(part.text for part in parts), "\n".join(part.html for part in parts))


def title(text: str, tint: str = "quiet") -> Shown:
    """Return a heading of one line, on a tint."""
    piece = inline(text, f"background:{TINTS[tint]};padding:0.1em 0.5em;border-radius:4px", "b")
    return Shown(piece.text, f"<p>{piece.html}</p>")


def sentences(text: str) -> Shown:
    """Return sentences; lines that begin with a space are code and stay as they are."""
    text = safe(text)
    lines = [inline(line, MONO, "code") if line.startswith(" ") else inline(line) for line in text.splitlines()]
    return Shown(wrapped(text), f'<p style="max-width:60em">{"<br>".join(line.html for line in lines)}</p>')


def code(text: str, tint: str = "none") -> Shown:
    """Return lines that stay as they are."""
    text = safe(text.rstrip())
    style = f"{MONO};margin:0;padding:0 0.5em;line-height:1.35;background:{TINTS[tint]}"
    return Shown(text, f'<pre style="{style}">{html.escape(text, quote=False)}</pre>')


def folded(summary: str | Shown, part: Shown) -> Shown:
    """Return a part behind a summary that opens it; as text, the summary and the part below each other."""
    line = summary if isinstance(summary, Shown) else inline(summary)
    return Shown(
        f"{line.text}\n{part.text}",
        f'<details><summary style="cursor:pointer">{line.html}</summary>{part.html}</details>',
    )


def table(heads: list, rows: list[list], tints: list[str] | None = None, widths: list[int] | None = None) -> Shown:
    """Return a table, with a tint for each row where there are `tints`.

    A cell is a str, which is a value, or a piece, or a list of pieces. As text, a column is as wide as `widths` says,
    otherwise as its longest cell, as far as WIDTH allows. What does not fit in a cell follows below the row.
    """
    grid = [[pieces(cell) for cell in row] for row in [heads, *rows]]
    if widths is None:
        longest = (max(len(beside(*cell).text) for cell in column) for column in zip(*grid, strict=True))
        widths = [min(length + 1, WIDTH) for length in longest]
        while sum(widths) + len(widths) - 1 > WIDTH:
            widths[widths.index(max(widths))] -= 1
    text = [line for row in grid for line in row_as_text(row, widths)]
    head, *body = map(row_as_html, ["th"] + ["td"] * len(rows), grid, ["none", *(tints or ["none"] * len(rows))])
    inside = f"<thead>{head}</thead><tbody>{''.join(body)}</tbody>"
    return Shown("\n".join(text), f'<table style="border-collapse:collapse;margin:0.3em 0">{inside}</table>')


def pieces(cell: str | Shown | list[Shown]) -> list[Shown]:
    """Return the pieces of a cell; an empty cell has none."""
    found = mono(cell) if cell and isinstance(cell, str) else cell
    return [piece for piece in ([found] if isinstance(found, Shown) else found) if piece.html]


def row_as_text(row: list[list[Shown]], widths: list[int]) -> list[str]:
    """Return a row as one line, and lines below it for what does not fit: only a cell's first piece stays in its place.

    Where nothing stands to the right of a cell, it may be as wide as the page.
    """
    line, following, start = "", [], 0
    for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
        room = width if any(row[column + 1 :]) else WIDTH - start
        words = " ".join(piece.text for piece in cell)
        if len(words) > room or "\n" in words:
            first, *rest = (piece.text for piece in cell)
            words, rest = (first, rest) if len(first) <= room and "\n" not in first else ("", [first, *rest])
            margin = " " * (start + 2)
            for text in rest:
                following += textwrap.wrap(text.strip(), WIDTH, initial_indent=margin, subsequent_indent=f"{margin}  ")
        line = line.ljust(start) + words
        start += width + 1
    return [line.rstrip(), *following]


def row_as_html(tag: str, row: list[list[Shown]], tint: str) -> str:
    cells = "".join(f'<{tag} style="{CELL}">{beside(*cell).html}</{tag}>' for cell in row)
    return f'<tr style="background:{TINTS[tint]}">{cells}</tr>'
