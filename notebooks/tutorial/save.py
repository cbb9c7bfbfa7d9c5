"""`%%save PATH`: write the cell to a file, show what changed, and serve it."""

import difflib
import html
from pathlib import Path

from .disk import history
from .disk.files import contents
from .disk.project import TutorialError, inside, relative, wrapped

# Tints let the page through, so they suit a light page and a dark one.
TINTS = {"+": "rgba(46,160,67,0.25)", "-": "rgba(248,81,73,0.22)", "@": "rgba(128,128,128,0.15)"}
BLOCK = "margin:0;padding:0 0.5em;font-size:13px;line-height:1.35"


class Trouble:
    """Why the server cannot run what was saved: text, and the same where nobody overlooks it."""

    def __init__(self, sentences: str) -> None:
        self.text = wrapped(sentences)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<pre style="{BLOCK};background:{TINTS["-"]}">{html.escape(self.text)}</pre>'


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
            tint = TINTS.get(line[:1])
            text = html.escape(line) or " "
            rows.append(f'<span style="background:{tint}">{text}</span>' if tint else text)
        return f'<pre style="{BLOCK}">' + "\n".join(rows) + "</pre>"


def save(name: str, cell: str) -> tuple[Diff, int | None]:
    """Write a cell to a file of the project; return what changed and the number the old file was kept under.

    Raises TutorialError, with nothing written, for a path outside the project or code that does not compile.
    """
    path = inside(name.strip())
    content = cell if cell.endswith("\n") else cell + "\n"
    if path.suffix == ".py":
        check_syntax(path, content)
    diff = Diff(relative(path), contents(path), content.encode())
    if not path.exists():
        names = [other.name for other in path.parent.glob(f"*{path.suffix}")]
        near = difflib.get_close_matches(path.name, names, 1, 0.9)
        diff.title += f". There is also a {near[0]}: did you mean that one?" if near else ""
    return diff, history.replace(path, content.encode())


def check_syntax(path: Path, content: str) -> None:
    try:
        compile(content, str(path), "exec")
    except (MemoryError, RecursionError):
        raise TutorialError(
            "Not saved, for this cell is nested too deep for Python to read it. "
            f"{relative(path)} is as it was, and so is the server. Shorten the cell and run it again."
        ) from None
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
