"""What happens around each cell: before it the server is made current, after it the server says its piece."""

import linecache
import re
import warnings
from types import TracebackType

from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException

from . import missing
from .disk.project import TutorialError, wrapped
from .record import faults
from .server.server import Server
from .silence import Silence

PRINTED = 50  # lines of print shown under a cell, the last ones
SENTENCES = 4  # explanations shown under a cell
CLIENT_ERRORS = (WebSocketException, Silence, ConnectionError, TimeoutError, EOFError, KeyboardInterrupt)
FOREIGN = {"asyncio", "nest_asyncio2", "tutorial", "IPython", "contextlib", "websockets"}


def register(shell, server: Server) -> "Cells":
    """Follow the cells of a shell."""
    cells = Cells(shell, server)
    shell.events.register("pre_run_cell", cells.before)
    shell.events.register("post_run_cell", cells.after)
    warnings.filterwarnings("always", message=".*was never awaited", category=RuntimeWarning)
    warnings.showwarning = cells.warn
    shell.set_custom_exc((Exception, KeyboardInterrupt), cells.failed)
    return cells


class Cells:
    """The hooks of one kernel."""

    def __init__(self, shell, server: Server) -> None:
        self.shell, self.server = shell, server
        self.told: set[tuple] = set()
        self.seen: list[str] = []
        self.unawaited: list[str] = []
        self.python_warns = warnings.showwarning

    def before(self, info) -> None:
        """Serve what is on disk before a cell runs."""
        try:
            self.server.refresh()
        except TutorialError as error:
            print(error)
        except KeyboardInterrupt:
            print("Stopped before the server was ready. The next cell that needs it starts it again.")

    def after(self, result) -> None:
        """Print what handlers printed, what went wrong with them and what else the learner must know."""
        for line in self.tell():
            print(line)

    def look(self) -> None:
        """Note what the server says of a client that waits, before that client is ended."""
        self.seen = self.tell(silent=True)

    def tell(self, silent: bool = False) -> list[str]:
        """Return what there is to say since the last time; `silent` if a client waits now and hears nothing."""
        report = self.server.news()
        lines, self.seen = [*self.seen, *self.server.notices()], []
        unawaited, self.unawaited = list(dict.fromkeys(self.unawaited)), []
        if not report:
            return [*lines, *map(wrapped, unawaited)]
        printed = [f"server │ {line}" for line in report["printed"]]
        before = report["forgotten"] + len(printed[:-PRINTED])
        if before:
            printed[:-PRINTED] = [f"server │ … {before:,} lines before these: print(server.log)"]
        sentences = []
        for connection in report["connections"]:
            judged = connection["agent"].startswith("check ")  # the check has explained it
            sentence = None if judged else faults.explain(connection, report["stuck"], silent)
            about = (connection["clock"], connection["number"], sentence)
            if sentence and about not in self.told and sentence not in sentences:
                sentences.append(sentence)
            self.told.add(about)
        sentences = unawaited or sentences  # what the server saw of a call without await is no fault of the handler's
        return [*lines, *printed, *map(wrapped, sentences[:SENTENCES])]

    def failed(self, shell, kind, error, trace, tb_offset=None) -> None:
        """Show an error: one of a client in a few lines that say why, any other without the frames of libraries."""
        trace = own_frames(trace) or trace
        error.with_traceback(trace)
        if isinstance(error, TutorialError):
            lines = error._render_traceback_()
        elif isinstance(error, CLIENT_ERRORS):
            lines = self.client_failed(kind, error, trace)
        else:
            lines = shell.InteractiveTB.structured_traceback(kind, error, trace)
            lines += [f"\n{said}" for said in [isinstance(error, NameError) and missing.explain(error)] if said]
            if isinstance(error, BaseExceptionGroup):  # which by itself only says how many they are
                for leaf in leaves(error):
                    lines.append(f"{type(leaf).__name__}: {leaf}{self.place(leaf, leaf.__traceback__)}")
        shell._showtraceback(kind, error, lines)

    def client_failed(self, kind, error, trace) -> list[str]:
        error.__cause__ = error.__context__ = None  # how the library found out is not the learner's concern
        if isinstance(error, Silence):
            said = str(error)[0].upper() + str(error)[1:]
        elif isinstance(error, KeyboardInterrupt):
            said = "Stopped"
        else:
            said = f"{kind.__name__}: {error}"
        told = self.tell() or [client_side(error), *faults.logged(getattr(error, "rcvd", None), self.server.log)]
        return [said + self.place(error, trace), *(["", *told] if any(told) else [])]

    def place(self, error, trace) -> str:
        """Return the innermost line of a cell in a traceback, as words."""
        filename, number = getattr(error, "filename", None), getattr(error, "line", None)
        while trace is not None and not isinstance(error, Silence):
            if trace.tb_frame.f_globals is self.shell.user_ns:
                filename, number = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
        return self.line(filename, number)

    def line(self, filename: str | None, number: int | None) -> str:
        """Return a line of a cell as words; just a full stop for what is no line of a cell."""
        name = (self.shell.compile.format_code_name(filename) or ("", ""))[1] if filename else ""
        code = linecache.getline(filename, number).strip() if name else ""
        if not name or code.startswith("get_ipython()"):  # a magic, as IPython rewrites it
            return "."
        return f", in line {number} of cell {name[2:]}:\n    {code}"

    def warn(self, message, category, filename, number, file=None, line=None) -> None:
        """Keep what a cell calls without `await`, to be told in words; leave every other warning to Python."""
        called = re.match(r"coroutine '(?:.*\.)?(\w+)' was never awaited", str(message))
        if called and issubclass(category, RuntimeWarning):
            self.unawaited.append(f"{called[1]}(...) without `await` does nothing{self.line(filename, number)}")
        else:
            self.python_warns(message, category, filename, number, file, line)


def own_frames(trace: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames of the machinery that runs a cell."""
    entries, rest = [], None
    while trace is not None:  # in loops: a RecursionError has as many frames as Python allows
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] not in FOREIGN:
            entries.append(trace)
        trace = trace.tb_next
    for entry in reversed(entries):
        rest = TracebackType(rest, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return rest


def leaves(group: BaseExceptionGroup) -> list[BaseException]:
    """Return the errors of a group, and of the groups in it."""
    return [leaf for error in group.exceptions for leaf in (leaves(error) if hasattr(error, "exceptions") else [error])]


def client_side(error: BaseException) -> str:
    """Return what an error of the client says by itself, where the server has no more to say."""
    if isinstance(error, InvalidStatus):
        body = (error.response.body or b"").decode(errors="replace").strip()
        return body if error.response.status_code == 503 else f"The server refused the handshake. {body}".strip()
    if isinstance(error, ConnectionClosed) and error.rcvd:
        if error.rcvd.code == 1012:
            return "The server restarted while this connection was open. Run the cell again."
        reason = f" and says: {error.rcvd.reason}" if error.rcvd.reason else ""
        return f"The other side closed with code {error.rcvd.code}{reason}."
    if isinstance(error, (ConnectionRefusedError, InvalidMessage)) or "Connect call failed" in str(error):
        return "Nothing answers at that address. server.start() starts the server; server.url is its address."
    return ""
