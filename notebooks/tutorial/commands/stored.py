"""The forms in which the course is stored: notebooks, `starts/` and `starts/steps.txt`, made from a run."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .mask import Mask

Files = dict[str, bytes]  # path from where manage.py stands, with forward slashes → content

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT = {"tags", "jupyter", "slideshow"}  # metadata of a cell that an author sets, and no editor by itself


def as_stored(notebook: NotebookNode, mask: Mask) -> bytes:
    """Return a notebook as it stands in git: outputs masked, cells numbered from 1, nothing of an editor's."""
    stored = nbformat.from_dict({**notebook, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})
    number = 0
    for place, cell in enumerate(stored.cells, 1):
        cell.setdefault("id", f"cell-{place}")
        cell.metadata = NotebookNode({key: value for key, value in cell.metadata.items() if key in KEPT})
        if cell.cell_type == "code":
            cell.outputs = [mask.output(output) for output in cell.outputs]
            if cell.execution_count is not None:
                number += 1
                cell.execution_count = number
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count
    return (nbformat.writes(stored).rstrip("\n") + "\n").encode()


def package_files(root: Path) -> Files:
    """Return the files of `websocket_app/` under `root`, without caches and hidden files."""
    found = {}
    for path in sorted((root / "websocket_app").rglob("*")):
        name = path.relative_to(root)
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in name.parts):
            found[name.as_posix()] = path.read_bytes()
    return found


def starts_files(begins: dict[int, Files]) -> Files:
    """Return what `starts/` holds: for each lesson, the files that differ from where the one before begins."""
    stored: Files = {}
    before: Files = {}
    for number, files in sorted(begins.items()):
        changed = {name: content for name, content in files.items() if before.get(name) != content}
        gone = sorted(before.keys() - files.keys())
        if gone:
            changed["removed.txt"] = "".join(f"{name}\n" for name in gone).encode()
        stored |= {f"{number:02}/{name}": content for name, content in changed.items()}
        before = files
    return stored


def steps_file(notebooks: Iterable[NotebookNode]) -> bytes:
    """Return the digests of everything that a `%%save` cell of a notebook writes, one per line, sorted."""
    digests = set()
    for notebook in notebooks:
        for cell in notebook.cells:
            first, _, body = cell.source.lstrip("\n").partition("\n")
            if cell.cell_type == "code" and first.startswith("%%save "):
                content = body if body.endswith("\n") else body + "\n"
                digests.add(hashlib.sha256(content.encode()).hexdigest())
    return "".join(f"{digest}\n" for digest in sorted(digests)).encode()
