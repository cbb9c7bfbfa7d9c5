"""What `%load_ext tutorial` does to a kernel."""

import asyncio
import os
import urllib.request

import nest_asyncio2
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from . import errors
from .cells import Cells
from .check import find, judge
from .disk import course, history
from .disk.files import contents
from .disk.modules import forget_modules, read_from_source
from .disk.project import ROOT, TutorialError, no_link, wrapped
from .drive import drive
from .record import draw
from .save import difference, save
from .server.server import Server, State
from .shown import Shown, code, safe

run_alone = asyncio.Runner.run
LOOPBACK = ("localhost", "127.0.0.1", "::1")


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
        for name in files:  # before anything is changed
            no_link(ROOT / name)
        kept = {name: history.replace(ROOT / name, content) for name, content in files.items()}
        numbers = [f"{name} as {number}" for name, number in kept.items() if number]
        away = [name for name, number in kept.items() if number and files[name] is None]
        before = f"lesson {int(line) - 1} builds it" if int(line) > 1 else "startproject makes it"
        print(f"Lesson {int(line)} begins: websocket_app/ is as {before}.")
        if away:
            print(f"Set aside; this lesson starts without: {safe(', '.join(away))}.")
        if numbers:
            print(f"What you had written is kept: {safe(', '.join(numbers))}. %restore NUMBER brings it back.")
        self.server.options.clear()  # such as lifespan="on", which the lesson's first code would not survive
        if self.server.state is not State.OFF:
            self.serve()

    @cell_magic
    def save(self, line: str, cell: str) -> None:
        """%%save PATH: write this cell to a file of websocket_app/, show what changed, and serve it."""
        if not cell.strip():
            raise TutorialError(errors.NOTHING_TO_SAVE)
        self.replaced(*save(line, cell))
        self.serve()

    @line_magic("save")
    def one_percent_sign(self, line: str) -> None:
        """%save is IPython's own magic, which would write over the file and keep nothing."""
        raise TutorialError(
            "Two percent signs: %%save websocket_app/websocket.py, and the code below it. Nothing was written."
        )

    @line_magic("%save")
    def not_the_first_line(self, line: str) -> None:
        """What IPython makes of a %%save that has a line above it, such as a comment."""
        raise TutorialError(
            f"Nothing was written: %%save {line} must be the first line of its cell. Move it to the top."
        )

    @line_magic
    def restore(self, line: str) -> None:
        """%restore: list what a save or a %lesson replaced. %restore NUMBER: bring it back."""
        if not line.strip():
            print(safe(history.listing()))
            return
        path, content = history.restore(line.strip())
        shown = difference(path, contents(path), content)
        self.replaced(shown, history.replace(path, content))
        if self.server.state is not State.OFF:
            self.serve()

    def replaced(self, shown: Shown, kept: int | None) -> None:
        """Show what a file was changed to and how its old content comes back."""
        display(shown)
        if kept:
            print(f"The file before is kept: %restore {kept} brings it back.")

    def serve(self) -> None:
        """Serve the code on disk and say so; why it cannot be served is shown where nobody overlooks it."""
        said = self.server.serve()
        if self.server.trouble:
            display(code(wrapped(safe(said)), "bad"))
        else:
            print(said)

    @line_magic
    def timeline(self, line: str) -> None:
        """%timeline: draw the last connection. %timeline 3: the last three. %timeline all, %timeline lifespan."""
        display(draw.draw(draw.choose(self.server.connections(), line.strip())))

    @line_magic
    def check(self, line: str) -> None:
        """%check 4.1: try your server and say what came; then it is passed, not yet right, or not attempted."""
        shown = judge.check(self.server, find("check", line))
        for said in self.cells.said.news():  # what handlers printed stands above the verdict
            print(said)
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


def load(shell) -> None:
    """Set up the kernel: folder, asyncio in cells, magics, `server`, `drive`, and what happens around each cell."""
    if not (ROOT / "manage.py").exists():
        raise TutorialError(
            f"There is no manage.py beside {ROOT.name}/notebooks. This looks like a copy of a part of the course: "
            "open the notebook inside the whole folder, with python3 manage.py lab."
        )
    os.chdir(ROOT)
    before = shell.magics_manager.registry.get("TutorialMagics")
    if before:  # %reload_ext: hooks and server are there already
        shell.push(before.cells.names)
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "websocket_app.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # a cell may ask the database; the server must not, and has not this
    keep_loopback_out_of_proxies()
    read_from_source(ROOT)
    forget_modules()
    nest_asyncio2.apply()
    asyncio.Runner.run = run_nested
    server = Server()
    names = {"server": server, "drive": drive}
    shell.push(names)
    shell.register_magics(TutorialMagics(shell, server, Cells(shell, server, names)))


def keep_loopback_out_of_proxies() -> None:
    """Let no client on this machine go through the proxy that the environment names, if it names one."""
    if urllib.request.getproxies_environment():
        for name in ("no_proxy", "NO_PROXY"):
            listed = os.environ.get(name) or os.environ.get(name.swapcase(), "")
            os.environ[name] = ",".join(filter(None, [listed, *LOOPBACK]))


def run_nested(runner: asyncio.Runner, main, *, context=None):
    """Take the place of `asyncio.Runner.run`, which refuses to run in a notebook; `asyncio.run` is nest_asyncio2's."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # in a thread
        return run_alone(runner, main, context=context)
    return loop.run_until_complete(loop.create_task(main, context=context))
