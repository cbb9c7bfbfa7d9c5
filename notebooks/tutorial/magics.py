"""What `%load_ext tutorial` does to a kernel."""

import os
import sys

import nest_asyncio2
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from . import cells, silence
from .cells import Cells
from .check import find, judge
from .disk import course, history
from .disk.files import contents
from .disk.modules import forget_modules, read_from_source
from .disk.project import ROOT, TutorialError, relative
from .drive import drive
from .record import draw
from .save import Diff, Trouble, save
from .server.server import Server, State


@magics_class
class TutorialMagics(Magics):
    """The magics of the course."""

    def __init__(self, shell, server: Server, cells: Cells) -> None:
        super().__init__(shell)
        self.server, self.cells = server, cells

    @line_magic
    def lesson(self, line: str) -> None:
        """%lesson N: bring websocket_app/ to where lesson N begins; what you wrote is kept, see %restore."""
        files = course.begin(line.strip())
        kept, away = [], []
        for name, content in files.items():
            number = history.replace(ROOT / name, content)
            if number:
                kept.append(f"{name} as {number}")
                away += [name] if content is None else []
        before = f"lesson {int(line) - 1} left it" if int(line) > 1 else "startproject makes it"
        print(f"Lesson {int(line)} begins: websocket_app/ is as {before}.")
        if away:
            print(f"Put away, for the lesson begins without: {', '.join(away)}.")
        if kept:
            print(f"What you had written is kept: {', '.join(kept)}. %restore NUMBER brings it back.")
        if self.server.state is not State.OFF:
            self.serve()

    @cell_magic
    def save(self, line: str, cell: str) -> None:
        """%%save PATH: write this cell to a file of websocket_app/, show what changed, and serve it."""
        diff, kept = save(line, cell)
        display(diff)
        if kept:
            print(f"The file before is kept: %restore {kept} brings it back.")
        self.serve()

    @line_magic("save")
    def save_with_one_percent_sign(self, line: str) -> None:
        """%save is IPython's own magic, which would write over the file and keep nothing."""
        raise TutorialError(
            "Two percent signs: %%save websocket_app/websocket.py, and the code below it. Nothing was written."
        )

    @line_magic
    def restore(self, line: str) -> None:
        """%restore: list what a save or a %lesson replaced. %restore NUMBER: bring it back."""
        if not line.strip():
            print(history.listing())
            return
        path, content = history.restore(line.strip())
        diff = Diff(relative(path), contents(path), content)
        kept = history.replace(path, content)
        display(diff)
        if kept:
            print(f"The file before is kept: %restore {kept} brings it back.")
        if self.server.state is not State.OFF:
            self.serve()

    @line_magic
    def timeline(self, line: str) -> None:
        """%timeline: draw the last connection. %timeline 3: the last three."""
        display(draw.draw(draw.choose(self.server.connections(), line.strip())))

    @line_magic
    def check(self, line: str) -> None:
        """%check 4.1: try your server and say what came; then it is passed, not yet right, or not attempted."""
        shown = judge.check(self.server, find("check", line))
        self.cells.after(None)  # what handlers printed stands above the verdict
        display(shown)

    @line_magic
    def hint(self, line: str) -> None:
        """%hint 4.1: a hint for an exercise, one level deeper each time."""
        display(judge.hint(find("hint", line)))

    @line_magic
    def solution(self, line: str) -> None:
        """%solution 4.1: our solution of an exercise, after a pass or three attempts."""
        display(judge.solution(find("solution", line)))

    @line_magic
    def progress(self, line: str) -> None:
        """%progress: all lessons and exercises, and what is passed."""
        display(judge.overview())

    def serve(self) -> None:
        said = self.server.serve()
        if self.server.trouble:
            display(Trouble(said))
        else:
            print(said)


def load(shell) -> None:
    """Set up the kernel: folder, imports, asyncio in cells, magics, `server`, `drive`, and what follows each cell."""
    if not (ROOT / "manage.py").exists():
        raise TutorialError(
            f"There is no manage.py beside {ROOT.name}/notebooks. This looks like a copy of a part of the course: "
            "open the notebook inside the whole folder, with python3 manage.py lab."
        )
    os.chdir(ROOT)
    for place in (str(ROOT / "notebooks"), str(ROOT)):
        if place not in sys.path:
            sys.path.insert(0, place)
    before = shell.magics_manager.registry.get("TutorialMagics")
    if before:  # %reload_ext: hooks and server are there already
        shell.push({"server": before.server, "drive": drive})
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")
    read_from_source(ROOT)
    forget_modules()
    nest_asyncio2.apply()
    server = Server()
    hooks = cells.register(shell, server)
    silence.apply(hooks.look)
    shell.push({"server": server, "drive": drive})
    shell.register_magics(TutorialMagics(shell, server, hooks))
