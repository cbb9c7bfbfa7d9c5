"""What the project's source says: where a function is defined, what it returns, and what it compares events with."""

import ast
from collections.abc import Iterator

from ..disk.project import ROOT, relative, sources

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def tree(path: str) -> ast.Module:
    """Return the syntax tree of a file of the project; an empty one of a file that cannot be read."""
    try:
        return ast.parse((ROOT / path).read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return ast.Module([], [])


def place(path: str, node: ast.AST) -> dict:
    """Return where a piece of syntax stands, as the recorder's places."""
    lines = (ROOT / path).read_text(encoding="utf-8").split("\n")
    return {"path": path, "line": node.lineno, "code": lines[node.lineno - 1].strip()}


def definition(name: str) -> tuple[str, ast.AST] | None:
    """Return the file and the definition of the one function of the project that has this name."""
    files = [relative(path) for path in sources() if path.suffix == ".py"]
    nodes = [(file, node) for file in files for node in ast.walk(tree(file)) if isinstance(node, FUNCTIONS)]
    found = [(file, node) for file, node in nodes if node.name == name]
    return found[0] if len(found) == 1 else None


def around(entry: dict | None) -> ast.AST:
    """Return the innermost function around a place; an empty module where none is."""
    nodes = ast.walk(tree(entry["path"])) if entry and "line" in entry else ()
    found = [node for node in nodes if isinstance(node, FUNCTIONS) and node.lineno <= entry["line"] <= node.end_lineno]
    return max(found, key=lambda node: node.lineno, default=ast.Module([], []))


def returns(function: ast.AST) -> ast.Return | None:
    """Return the first `return` of a value in an application, which nobody reads; not of a call, which may be one."""
    if "receive" not in [argument.arg for argument in getattr(function, "args", ast.arguments(args=[])).args]:
        return None
    values = (ast.Constant, ast.JoinedStr, ast.Dict, ast.Name)
    found = [node for node in ast.walk(function) if isinstance(node, ast.Return) and isinstance(node.value, values)]
    return next((node for node in found if getattr(node.value, "value", "") is not None), None)


def comparisons(function: ast.AST) -> Iterator[tuple[ast.AST, str, str]]:
    """Find where a function compares the text of a message with a string: the syntax, what is compared, the string."""
    events = assigned(function, {"await receive()"})
    lookups = {form for event in events for form in (f"{event}['text']", f"{event}.get('text')")}
    texts = lookups | assigned(function, lookups)
    for node in ast.walk(function):
        sides, others = [], []
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.In)):
            sides, others = [node.left], node.comparators
        elif isinstance(node, ast.Match):
            sides, others = [node.subject], [case.pattern for case in node.cases]
        side = next((side for side in sides if ast.unparse(side) in texts), None)
        for constant in (each for part in others if side for each in ast.walk(part)):
            if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                yield constant, ast.unparse(side).replace("'", '"'), constant.value


def compared(path: str) -> Iterator[tuple[ast.Constant, str]]:
    """Find the strings that a file compares something with."""
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.Compare, ast.MatchValue)):
            for each in ast.walk(node):
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    yield each, each.value


def assigned(function: ast.AST, values: set[str]) -> set[str]:
    """Return the names that a function gives to expressions that read like one of `values`."""
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Assign) and ast.unparse(node.value) in values]
    return {target.id for node in nodes for target in node.targets if isinstance(target, ast.Name)}
