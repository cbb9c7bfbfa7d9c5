"""Before a cell: serve what is on disk. After it: report what happened."""

import asyncio
import contextlib
import linecache
import re
import sys
import warnings

from IPython.core.error import UsageError
from IPython.display import display

from . import errors, interrupt
from .disk.project import TutorialError, wrapped
from .predict import Prediction
from .record import faults
from .server.server import Server
from .shown import safe
from .silence import Silence, Watch

PRINTED = 50  # lines of print shown under a cell, the last ones
SENTENCES = 4  # explanations shown under a cell


class Said:
    """What has been said in this notebook, so that nothing is said twice."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.facts, self.cursor = 0, None
        self.sentences: set[tuple] = set()  # worker, number of the connection, sentence
        self.early: list[str] = []  # found before a silent client was ended, and not said yet
        self.unawaited: list[str] = []  # calls without `await`

    def look(self) -> None:
        """Note what the server says of a client that waits, before that client is ended."""
        self.early = self.news(silent=True)

    def news(self, silent: bool = False, blame: bool = True) -> list[str]:
        """Return what there is to say since the last time; `silent` if a client waits now and hears nothing.

        Without `blame`, what a handler seems to have done wrong counts as said: it is a consequence.
        """
        report = self.server.report(self.cursor)
        facts = [*self.early, *self.server.facts[self.facts :]]
        unawaited = [wrapped(sentence) for sentence in dict.fromkeys(self.unawaited)]
        self.early, self.facts, self.unawaited = [], len(self.server.facts), []
        if not report:
            return facts + unawaited
        self.cursor = report["cursor"]
        printed = [f"server │ {safe(line)}" for line in report["printed"]]
        before = report["forgotten"] + len(printed[:-PRINTED])
        if before:
            printed[:-PRINTED] = [f"server │ … {before:,} lines before these: print(server.log)"]
        found = {}
        for connection in report["connections"]:
            if not connection["agent"].startswith("check "):  # a check explains its own
                sentence = faults.explain(connection, report["stuck"], silent)
                found[report["worker"], connection["number"], sentence] = sentence
        if report["stuck"] and not report["connections"]:  # a call of C holds the interpreter
            sentence = faults.standstill(report["stuck"])
            found[report["worker"], 0, sentence] = sentence
        new = [found[about] for about in found if about not in self.sentences and about[2]]
        self.sentences |= found.keys()
        # What the server saw of a call without `await` is not a fault of the handler.
        told = unawaited or [wrapped(said) for said in dict.fromkeys(new)][:SENTENCES]
        return [*facts, *printed, *(told if blame else [])]


class Cells:
    """The hooks of one kernel."""

    def __init__(self, shell, server: Server, names: dict) -> None:
        """Follow the cells of a shell, which have the `names` that the course gives."""
        self.shell, self.server, self.names = shell, server, names
        self.said = Said(server)
        self.watch = Watch(shell.user_ns, self.said.look)
        self.prediction: Prediction | None = None
        self.python_warns = warnings.showwarning
        shell.events.register("pre_run_cell", self.before)
        shell.events.register("post_run_cell", self.after)
        warnings.filterwarnings("always", message=".*was never awaited", category=RuntimeWarning)
        warnings.showwarning = self.warn
        shell.set_custom_exc((Exception, KeyboardInterrupt, asyncio.CancelledError), self.failed)

    def before(self, info) -> None:
        """Serve what is on disk before a cell runs."""
        source = info.raw_cell or ""
        for name, value in self.names.items():
            self.shell.user_ns.setdefault(name, value)  # %reset takes them away
        if "django" in source and not source.startswith("%%"):
            set_up_django()
        if errors.serves(source):
            print(wrapped("uvicorn.run() keeps this cell busy until you stop it. The course runs it: server.start()"))
        try:
            self.server.refresh()
        except TutorialError as error:
            print(error)
        except KeyboardInterrupt:
            print("Stopped before the server was ready. The next cell that needs it starts it again.")
        interrupt.install(self.shell.user_ns)
        self.watch.begin()

    def after(self, result) -> None:
        """Print what handlers printed, what went wrong with them and what else the learner must know."""
        self.watch.end()
        if self.prediction:
            prediction, self.prediction = self.prediction, None
            display(prediction.verdict(result.error_in_exec))
        silence, self.watch.found = self.watch.found, None
        if silence:  # the client caught what ended it
            print(f"{silence}{self.line(silence.filename, silence.line)}")
        for line in self.said.news():
            print(line)
        unused = result.success and errors.afterwards(result.info.raw_cell or "", result.result)
        if unused:
            print(wrapped(unused))

    def failed(self, shell, kind, error, trace, tb_offset=None) -> None:
        """Show an error: one of a client in a few lines that say why, any other without the frames of libraries."""
        silence, self.watch.found = self.watch.found, None
        if isinstance(error, KeyboardInterrupt):
            silence = None  # it came later, while the client was leaving
        self.watch.end(interrupted=isinstance(error, KeyboardInterrupt))
        trace = errors.own_frames(trace) or trace
        error.with_traceback(trace)
        # What %debug, %tb and pdb.pm() look at.
        sys.last_type, sys.last_value, sys.last_exc, sys.last_traceback = kind, error, error, trace
        shell.InteractiveTB.tb = trace
        if isinstance(error, UsageError) and errors.EMPTY in str(error):
            error = TutorialError(errors.NOTHING_TO_SAVE)
        if isinstance(error, UsageError):
            return shell.show_usage_error(error)
        if isinstance(error, TutorialError):
            lines = error._render_traceback_()
        elif (
            isinstance(silence or error, errors.CLIENT) or errors.stopped(error) or errors.HTTP_ONLY.search(str(error))
        ):
            error.__cause__ = error.__context__ = None  # how the library found out is not the learner's concern
            lines = self.client_failed(silence or error, trace)
        else:
            lines = shell.InteractiveTB.structured_traceback(kind, error, trace)
            lines += [f"\n{said}" for said in [errors.addition(error)] if said]
            if isinstance(error, BaseExceptionGroup):  # which by itself only says how many they are
                lines += [
                    f"{errors.named(leaf)}{self.line(*self.place(leaf.__traceback__))}" for leaf in errors.leaves(error)
                ]
        shell._showtraceback(kind, error, lines)
        if shell.call_pdb:
            shell.debugger(force=True)

    def client_failed(self, error, trace) -> list[str]:
        """Return what happened to a client, in its line, and why: first what is certain, then what the server says."""
        waits = isinstance(error, Silence)
        filename, line = (error.filename, error.line) if waits else self.place(trace)
        said = str(error) if waits else "Stopped" if errors.stopped(error) else errors.named(error)
        certain = errors.of_the_client(error, line, linecache.getlines(filename or ""))
        told = self.said.news(blame=not certain)
        log = faults.logged(getattr(error, "rcvd", None), self.server.log)
        why = [certain, *told] if certain else told or [errors.otherwise(error), *log]
        return [said + self.line(filename, line), *(["", *filter(None, why)] if any(why) else [])]

    def place(self, trace) -> tuple[str | None, int | None]:
        """Return the innermost line of a cell in a traceback, as file name and number."""
        found = None, None
        while trace is not None:
            if trace.tb_frame.f_globals is self.shell.user_ns:
                found = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
        return found

    def line(self, filename: str | None, number: int | None) -> str:
        """Return a line of a cell as words; just a full stop for what is not a line of a cell."""
        name = (self.shell.compile.format_code_name(filename) or ("", ""))[1] if filename else ""
        code = linecache.getline(filename, number).strip() if name else ""
        if not name or code.startswith("get_ipython()"):  # a magic, as IPython rewrites it
            return "."
        return f", in line {number} of cell {name[2:]}:\n    {code}"

    def warn(self, message, category, filename, number, file=None, line=None) -> None:
        """Keep what a cell calls without `await`, to be told in words; leave every other warning to Python."""
        called = re.match(r"coroutine '(?:.*\.)?(?!__call__)(\w+)(?:\.__call__)?' was never awaited", str(message))
        if called and issubclass(category, RuntimeWarning):
            self.said.unawaited.append(f"{called[1]}(...) without `await` does nothing{self.line(filename, number)}")
        else:
            self.python_warns(message, category, filename, number, file, line)


def set_up_django() -> None:
    """Load the project's settings and models, so that a cell can ask the database; at once where that was done."""
    import django

    with contextlib.suppress(Exception):  # what is wrong with the project, the cell finds by itself
        django.setup()
