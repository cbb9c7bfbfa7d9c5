"""The process that serves. The kernel starts it as a spare: it imports Django and waits.

Where there is fork, every worker is forked from the spare, which stays; elsewhere the spare becomes the worker. A
worker told to go imports the project's own modules and serves until it is told to retire. A guard, forked before all
of this, kills the whole process group when the kernel is gone, whatever its members do then.
"""

import contextlib
import faulthandler
import gc
import os
import select
import signal
import socket
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from ..disk import system
from ..record.nets import compile_ahead
from .output import Channel
from .serve import Worker


def main(folder: str, log: str, mode: str, *numbers: str) -> None:
    """Run the spare of the project in `folder`, which prints to `log`; `mode` is fork or serve."""
    sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parents[2]]
    link, *sockets = system.borrowed(numbers)
    link = Connection(link.detach())
    if mode == "fork":
        guard(link, sockets)
    if hasattr(faulthandler, "register"):  # prints all stacks, whatever Python does at that moment
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # it must not end a process that cannot write its stacks
        with contextlib.suppress(OSError):
            faulthandler.register(signal.SIGUSR1, Path(log).with_name("stack.log").open("ab"))
    with contextlib.suppress(EOFError):  # the kernel is gone
        link.send({"id": link.recv()["id"]})  # from here on it may ask for the stacks
        spare(Path(folder), log, mode, link, sockets)


def guard(link: Connection, sockets: list[socket.socket]) -> None:
    """Leave a process behind that ends this group when the kernel's end of the link is closed.

    A process that is told to end itself cannot do so while a call of C holds its interpreter.
    """
    if os.fork() == 0:
        for each in sockets:
            each.close()
        kernel = select.poll()
        kernel.register(link.fileno(), select.POLLHUP)
        kernel.poll()
        os.killpg(0, signal.SIGKILL)


def spare(folder: Path, log: str, mode: str, link: Connection, sockets: list[socket.socket]) -> None:
    """Import what every version of the project needs, then hand out workers, or become the only one."""
    if mode == "serve":
        channel = Channel(link)
        worker = Worker(folder, log, sockets)
        channel.answer(channel.next(), files=worker.files)
        worker.run(channel)
        return
    worker = Worker(folder, log, sockets)
    gc.collect()
    gc.freeze()  # memory that the collector leaves alone is shared with every worker
    while True:
        command = link.recv()
        answer = {"id": command["id"], "files": worker.files} if command["do"] == "load" else {"id": command["id"]}
        if command["do"] == "wait":
            answer["status"] = status(command["pid"])
        if command["do"] == "fork":
            with socket.socket(fileno=os.dup(link.fileno())) as line:
                connection = Connection(*socket.recv_fds(line, 1, 1)[1])
            compile_ahead(folder / "websocket_app")
            answer["pid"] = os.fork()
            if answer["pid"] == 0:
                link.close()
                worker.run(Channel(connection))
                return
            connection.close()
        link.send(answer)


def status(pid: int) -> int | None:
    """Return the exit status of a worker that has closed its channel, as `Popen.returncode` gives it."""
    for _ in range(50):
        with contextlib.suppress(ChildProcessError):
            ended, code = os.waitpid(pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(code)
        time.sleep(0.01)
    return None
