"""The magics of the course."""

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from . import errors
from .cells import Cells
from .check import find, judge
from .check.faults import choose, current, found
from .disk import course, fault, history
from .disk.files import contents, digest, write
from .disk.project import ROOT, TutorialError, no_link, wrapped
from .predict import Prediction
from .record import draw
from .save import difference, save
from .server.handover import notebook
from .server.server import Server, State
from .shown import Shown, code, safe


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
        before = f"lesson {int(line) - 1} builds it" if int(line) > 1 else "startproject makes it"
        self.begin(files, f"Lesson {int(line)} begins: websocket_app/ is as {before}.")
        if other := course.elsewhere(notebook(), int(line)):
            print(wrapped(safe(other)))
        if self.server.state is not State.OFF:
            self.serve()

    def begin(self, files: dict[str, bytes | None], said: str) -> None:
        """Make websocket_app/ hold these files, say so, and say what is kept."""
        for name in files:  # before anything is changed
            no_link(ROOT / name)
        kept = {name: history.replace(ROOT / name, content) for name, content in files.items()}
        numbers = [f"{name} as {number}" for name, number in kept.items() if number]
        away = [name for name, number in kept.items() if number and files[name] is None]
        print(said)
        if away:
            print(f"Set aside; this lesson starts without: {safe(', '.join(away))}.")
        if numbers:
            print(f"What you had written is kept: {safe(', '.join(numbers))}. %restore NUMBER brings it back.")
        self.server.options.clear()  # such as lifespan="on", which the lesson's first code would not survive

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
    def predict(self, line: str) -> None:
        """%predict 403: what you expect this cell to print; when it ends, the two are compared."""
        self.cells.prediction = self.cells.prediction or Prediction()
        self.cells.prediction.answer = line.strip()

    @line_magic
    def fault(self, line: str) -> None:
        """%fault: plant a mistake in a handler that works, without a word on what it is. %fault 7: number 7."""
        chosen = choose(line)
        files, path = chosen.planted, chosen.saves
        fault.note(number=int(chosen.title), path=path, digest=digest(files[path]), named=False)
        rest = f"the rest is as lesson {chosen.lesson} ends. {chosen.about}"
        self.begin(course.alone(files), wrapped(f"Fault {chosen.title}: one mistake is planted in {path}; {rest}"))
        print(
            "Until you name it, no sentence explains it. Run a client, then %timeline; another message, or a second\n"
            "client, may show more. %found lists what it may be. %hint fault helps."
        )
        self.serve()

    @line_magic
    def found(self, line: str) -> None:
        """%found: what the planted fault may be. %found c: say that it is c."""
        was_hidden = fault.hidden()
        display(found(line))
        if was_hidden and not fault.hidden():
            right = current()
            self.shell.set_next_input(f"%%save {right.saves}\n{right.planted[right.saves].decode()}")

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
        """%progress: all lessons and exercises, and what is passed. %progress --csv NAME: a file to hand in."""
        option, _, name = line.strip().partition(" ")
        if option == "--csv":
            write(ROOT / "progress.csv", judge.as_csv(name.strip()).encode())
            print("progress.csv is written, beside manage.py. %progress --csv NAME writes your name into it.")
        else:
            display(judge.overview())
