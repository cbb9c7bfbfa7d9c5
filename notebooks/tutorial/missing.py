"""A name that no cell has made yet: which cell of this notebook makes it."""

import ast
import json

from .disk.project import ROOT
from .server.handover import notebook


def explain(error: NameError) -> str | None:
    """Return a sentence that names the cell to run first, or None where no cell of this notebook makes the name."""
    for source in code_cells():
        for line in made(source, error.name):
            return f"A cell of this notebook makes {error.name}, and it has not run yet. Run it first:\n    {line}"
    return None


def code_cells() -> list[str]:
    """Return the code cells of this kernel's notebook as it was last saved; none where that is not known."""
    try:
        cells = json.loads((ROOT / "notebooks" / notebook()).read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def made(source: str, name: str | None) -> list[str]:
    """Return the lines of a cell, outside functions, that give something this name."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # a cell with a magic, such as %%save
        return []
    return [source.splitlines()[statement.lineno - 1] for statement in statements if name in names(statement)]


def names(statement: ast.stmt) -> set[str]:
    """Return the names that a statement makes."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return {node.id for node in stored}
