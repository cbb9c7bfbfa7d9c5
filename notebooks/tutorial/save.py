"""`%%save PATH`: write the cell to a file, show what changed, and serve it."""

import difflib
import html
from pathlib import Path

from . import history
from .project import TutorialError, contents, inside, relative

COLOURS = {"+": "#1a7f37", "-": "#cf222e", "@": "#8250df"}


class Diff:
    """What a save changed: text with + and -, and the same in colour."""

    def __init__(self, path: str, old: bytes | None, new: bytes) -> None:
        before, after = ((text or b"").decode(errors="replace").splitlines() for text in (old, new))
        if old is None:
            self.title, self.lines = f"{path}: new, {len(after)} lines", []
        elif old == new:
            self.title, self.lines = f"{path}: unchanged", []
        else:
            self.title = f"{path}: changed"
            self.lines = list(difflib.unified_diff(before, after, n=2, lineterm=""))[2:]

    def __repr__(self) -> str:
        return "\n".join([self.title, *(f"  {line}" for line in self.lines)])

    def _repr_html_(self) -> str:
        rows = [f"<b>{html.escape(self.title)}</b>"]
        for line in self.lines:
            colour = COLOURS.get(line[:1])
            text = html.escape(line) or " "
            rows.append(f'<span style="color:{colour}">{text}</span>' if colour else text)
        return '<pre style="margin:0;padding:0 0.5em;font-size:13px;line-height:1.35">' + "\n".join(rows) + "</pre>"


def save(name: str, cell: str) -> tuple[Diff, int | None]:
    """Write a cell to a file of the project; return what changed and the number the old file was kept under.

    Raises TutorialError, with nothing written, for a path outside the project or code that does not compile.
    """
    path = inside(name.strip())
    content = cell if cell.endswith("\n") else cell + "\n"
    if path.suffix == ".py":
        check_syntax(path, content)
    diff = Diff(relative(path), contents(path), content.encode())
    return diff, history.replace(path, content.encode())


def check_syntax(path: Path, content: str) -> None:
    try:
        compile(content, str(path), "exec")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        lines = content.split("\n")
        code = lines[min(line, len(lines)) - 1]
        mark = " " * max(0, (getattr(error, "offset", None) or 1) - 1) + "^"
        name, reason = type(error).__name__, getattr(error, "msg", error)
        raise TutorialError(
            f"Not saved, for Python cannot read line {line + 1} of this cell. {name}: {reason}\n\n"
            f"    {code}\n    {mark}\n\n"
            f"{relative(path)} is as it was, and so is the server. Correct the line and run this cell again."
        ) from None
