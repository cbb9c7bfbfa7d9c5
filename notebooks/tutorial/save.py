"""`%%save PATH`: write the cell to a file and show what changed."""

import difflib
from itertools import groupby
from pathlib import Path

from .disk import fault, history
from .disk.files import contents
from .disk.project import TutorialError, inside, relative
from .shown import Shown, code, title

TINTS = {"+": "good", "-": "bad", "@": "quiet"}


def save(name: str, cell: str) -> tuple[Shown, int | None]:
    """Write a cell to a file of the project; return what changed and the number the old file was kept under.

    Raises TutorialError, with nothing written, for a path outside the project or code that does not compile.
    """
    path = inside(name.strip().strip("\"'"))
    content = cell if cell.endswith("\n") else cell + "\n"
    if path.suffix == ".py":
        check_syntax(path, content)
    near = None if path.exists() else similar(path)
    shown = difference(
        path, contents(path), content.encode(), f". There is also {near}: did you mean that?" if near else ""
    )
    return shown, history.replace(path, content.encode())


def similar(path: Path) -> str | None:
    """Return the name of another file of the same folder that a new file's name may be meant for."""
    others = [other.name for other in path.parent.glob("[!.]*") if other.is_file()]
    alike = [name for name in others if Path(name).stem == path.stem]
    return next(iter(alike or difflib.get_close_matches(path.name, others, 1, 0.9)), None)


def difference(path: Path, old: bytes | None, new: bytes, question: str = "") -> Shown:
    """Return what a save changes: text with + and -, and the same in colour."""
    after = new.decode(errors="replace").splitlines()
    changes = Shown("", "")
    if old is None:
        said = f"new, {len(after)} line{'s' if len(after) != 1 else ''}"
    elif old == new:
        said = "unchanged"
    else:
        said = "changed"
        if not fault.hidden():  # else they would name it
            changes = differing(old.decode(errors="replace").splitlines(), after)
    heading = title(f"{relative(path)}: {said}{question}")
    return Shown(f"{heading.text}\n{changes.text}".rstrip(), heading.html + changes.html)


def differing(before: list[str], after: list[str]) -> Shown:
    """Return the lines that differ, with - and + and what stands around them."""
    lines = list(difflib.unified_diff(before, after, n=2, lineterm=""))[2:]
    blocks = [code("\n".join(rows), TINTS.get(sign, "none")) for sign, rows in groupby(lines, lambda line: line[:1])]
    return Shown("\n".join(f"  {line}" for line in lines), "".join(block.html for block in blocks))


def check_syntax(path: Path, content: str) -> None:
    """Raise TutorialError for code that Python cannot read, with its line in the cell."""
    as_it_was = f"{relative(path)} is as it was, and so is the server."
    try:
        compile(content, str(path), "exec")
    except (MemoryError, RecursionError):
        raise TutorialError(
            "Not saved, because this cell is nested too deep for Python to read it. "
            f"{as_it_was} Shorten the cell and run it again."
        ) from None
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        lines = content.split("\n")
        mark = " " * max(0, (getattr(error, "offset", None) or 1) - 1) + "^"
        raise TutorialError(
            f"Not saved, because Python cannot read line {line + 1} of this cell. "
            f"{type(error).__name__}: {getattr(error, 'msg', error)}\n\n"
            f"    {lines[min(line, len(lines)) - 1]}\n    {mark}\n\n"
            f"{as_it_was} Correct the line and run this cell again."
        ) from None
