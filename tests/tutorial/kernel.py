"""A real kernel for a test, as JupyterLab starts one, and a look at the processes it makes."""

import contextlib
import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from jupyter_client import BlockingKernelClient, KernelManager

LIMIT = 60.0  # seconds that a cell may take on a busy machine


class Kernel:
    """A kernel of one notebook of a copy of the course; use it in a `with` block."""

    def __init__(
        self, folder: Path, notebook: str = "one.ipynb", cwd: Path | None = None, own: bool = True, **variables: str
    ) -> None:
        self.folder = folder
        if own:
            own_port(folder)
        self.manager = KernelManager(kernel_name="python3")
        environment = {**os.environ, "JPY_SESSION_NAME": notebook, **variables}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.manager.start_kernel(cwd=str(cwd or folder / "notebooks"), env=environment)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()

    def __enter__(self) -> "Kernel":
        self.client.wait_for_ready(timeout=LIMIT)
        return self

    def __exit__(self, *error: object) -> None:
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.manager.provisioner.pid)

    def run(self, *cells: str) -> str:
        """Queue the cells all at once, as Run All does, and return what they showed, as text."""
        return self.result(*map(self.send, cells))

    def send(self, cell: str) -> str:
        """Queue one cell; return what `result` needs."""
        return self.client.execute(cell, stop_on_error=False)

    def result(self, *requests: str) -> str:
        """Wait for queued cells and return what they showed."""
        told, waiting = [], set(requests)
        while waiting:
            message = self.client.get_iopub_msg(timeout=LIMIT)
            if message["parent_header"].get("msg_id") in requests:
                told.append(text(message))
                if message["content"].get("execution_state") == "idle":
                    waiting.discard(message["parent_header"]["msg_id"])
        return "".join(told)

    def wait_for(self, request: str, said: str) -> None:
        """Wait until a queued cell has printed something."""
        told = ""
        while said not in told:
            message = self.client.get_iopub_msg(timeout=LIMIT)
            if message["parent_header"].get("msg_id") == request:
                told += text(message)

    def restart(self) -> None:
        """Restart the kernel, as the menu does."""
        self.manager.restart_kernel()
        self.client.wait_for_ready(timeout=LIMIT)


def own_port(folder: Path) -> None:
    """Give a folder a port of its own, away from programs and other tests, test_server.py's below 25000 as well."""
    remembered = folder / ".course" / "port"
    if not remembered.exists() and (folder / "manage.py").exists():
        remembered.parent.mkdir(exist_ok=True)
        remembered.write_text(str(random.randrange(25000, 30000)))


def text(message: dict) -> str:
    """Return what a message of the kernel shows in a terminal."""
    content = message["content"]
    if message["msg_type"] == "stream":
        return content["text"]
    if message["msg_type"] == "error":
        return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(content["traceback"])) + "\n"
    if message["msg_type"] in {"display_data", "execute_result"}:
        return content["data"]["text/plain"] + "\n"
    return ""


def workers(folder: Path) -> list[psutil.Process]:
    """Return the processes of the server of one copy of the course: the guard, the spare and the workers."""
    found = []
    for process in psutil.process_iter():
        try:
            if "tutorial.worker" in " ".join(process.cmdline()) and str(folder) in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


def survivors(processes: list[psutil.Process], seconds: float = 5.0) -> list[psutil.Process]:
    """Return those of the processes that are still there after `seconds`, as soon as there are none."""
    return psutil.wait_procs(processes, timeout=seconds)[1]


def until(condition, seconds: float = 20.0):
    """Return what `condition()` returns as soon as it is true, for things outside that tell nobody."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not so after {seconds:g} seconds"
        time.sleep(0.05)
    return value


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make a folder, but not those in it, read-only for a while, for root too."""
    immutable = False
    folder.chmod(0o555)
    try:
        if os.access(folder, os.W_OK) and shutil.which("chattr"):  # root may write anywhere, but not there
            immutable = subprocess.call(["chattr", "+i", str(folder)], stderr=subprocess.DEVNULL) == 0
        if os.access(folder, os.W_OK):
            pytest.skip("this user may write everywhere here, and chattr +i does not work on this file system")
        yield
    finally:
        if immutable:
            subprocess.check_call(["chattr", "-i", str(folder)])
        folder.chmod(0o755)
