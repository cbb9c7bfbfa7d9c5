"""Exceptions that a net of the project has caught: `except:`, `except Exception:` and the like.

A middleware, or a `try` around everything, hides a mistake from the server and so from whoever looks there. The
project's modules are therefore compiled with a call at the top of each such `except`; lines stay those of the file.
An `except` that names what it expects, such as ValueError, is left alone.
"""

import ast
import builtins
import contextlib
import sys
import warnings
from pathlib import Path
from typing import ClassVar

from ..disk.modules import Source
from .recorder import current

WIDE = {"Exception", "BaseException"}
NOTE = "__note_caught__"


def note_caught() -> None:
    """Note the exception that is being handled, on the connection that meets it."""
    connection, error = current.get(), sys.exc_info()[1]
    if connection is not None and error is not None:
        connection.add("caught", **connection.failure(error))


setattr(builtins, NOTE, note_caught)


class Nets(ast.NodeTransformer):
    """Puts the call into each wide `except`."""

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        self.generic_visit(node)
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        if any(kind is None or getattr(kind, "id", None) in WIDE for kind in kinds):
            call = ast.Expr(ast.Call(ast.Name(NOTE, ast.Load()), [], []))
            node.body.insert(0, ast.fix_missing_locations(ast.copy_location(call, node)))
        return node


class Watched(Source):
    """Loads a module of the project from its source, with the calls in it."""

    compiled: ClassVar[dict[str, tuple]] = {}  # path → source and code

    def source_to_code(self, data, path, *others, **options):
        if self.compiled.get(path, [None])[0] != data:
            tree = Nets().visit(ast.parse(data, path))
            self.compiled[path] = data, super().source_to_code(tree, path, *others, **options)
        return self.compiled[path][1]


def compile_ahead(folder: Path) -> None:
    """Compile the project's modules, so that a process forked from this one compiles only what has changed."""
    for path in map(str, folder.rglob("*.py")):
        # What Python warns of, it says where the module is imported.
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("error")
            Watched("ahead", path).get_code("ahead")
