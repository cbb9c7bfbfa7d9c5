"""The record of an application that is called by hand: cells of the notebook are the learner's files, too."""

import linecache
import re
from pathlib import Path

from IPython import get_ipython

from ..disk.project import PACKAGE
from .recorder import Recorder

CELL = re.compile(r"[/\\]ipykernel_\d+[/\\]\d+\.py$|^<ipython-input-")


class CellRecorder(Recorder):
    """A recorder to which cells of the notebook, and the file that the application stands in, are the learner's too."""

    def __init__(self, application, caller) -> None:
        super().__init__(PACKAGE)
        self.file = getattr(getattr(application, "__code__", None), "co_filename", None)
        while caller is not None and not CELL.search(caller.f_code.co_filename):
            caller = caller.f_back
        self.cell = caller and caller.f_code.co_filename  # that calls drive()

    def mine(self, filename: str) -> bool:
        return filename == self.file or bool(CELL.search(filename)) or super().mine(filename)

    def where(self, path: str, line: int) -> dict:
        if super().mine(path):
            return super().where(path, line)
        name = self.cell_name(path) if CELL.search(path) else Path(path).name
        return {"path": name, "line": line, "code": linecache.getline(path, line).strip()}

    def cell_name(self, path: str) -> str:
        """Return what a learner calls a cell: this cell, or the number in front of it."""
        if path == self.cell:
            return "this cell"
        known = get_ipython().compile.format_code_name(path)  # ("Cell", "In[4]")
        return f"cell {known[1][3:-1]}" if known else "a cell"
