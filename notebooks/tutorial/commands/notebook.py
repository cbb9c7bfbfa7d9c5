"""Run a notebook as Run All does: every cell queued at once, in a real kernel of this very Python."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode

PATIENCE = 120.0  # seconds that a kernel may be silent
LONGEST = 200_000  # characters of one stream of a cell that are kept


class KernelFailed(Exception):
    """The kernel died or fell silent; the message says which, and what it said last. `finished` cells had ended."""

    finished = 0


class Run:
    """A kernel with the cells of a notebook; use it in a `with` block."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.files = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.said = tempfile.TemporaryFile(dir=self.files.name)  # what the process prints belongs to no cell
        self.manager = KernelManager(
            kernel_name="python3",
            # No folders to search: the only kernel is this Python's own, whatever the user has installed.
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=os.path.join(self.files.name, "kernel.json"),
            transport="tcp" if os.name == "nt" else "ipc",  # as manage.py lab starts it
        )
        try:
            environment = environment or dict(os.environ)
            self.manager.start_kernel(cwd=str(folder), env=environment, stdout=self.said, stderr=self.said)
            self.client = self.manager.client()
            self.client.start_channels()
            self.client.wait_for_ready(timeout=60)
        except BaseException as error:
            words = self.last_words()
            self.__exit__()
            if isinstance(error, RuntimeError):
                raise KernelFailed(f"the kernel did not start{words}") from None
            raise

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *error: object) -> None:
        if hasattr(self, "client"):
            self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.said.close()
        self.files.cleanup()

    def last_words(self) -> str:
        """Return what the kernel process printed last, as the end of a sentence."""
        self.said.seek(0)
        lines = self.said.read().decode(errors="replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""

    def run_all(self, notebook: NotebookNode, progress: Callable[[], object] = lambda: None) -> None:
        """Queue all code cells at once and put what they show into the notebook.

        A cell behind one that fails is not run, unless the failing one is tagged `raises-exception`;
        its `execution_count` stays None then. Raises KernelFailed if the kernel dies or is silent for too long.
        """
        outputs = NotebookClient(notebook, record_timing=False)  # which runs cell by cell: only its outputs are used
        outputs.reset_execution_trackers()
        outputs.clear_before_next_output = False
        queued = {}
        for place, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
                allowed = "raises-exception" in cell.metadata.get("tags", [])
                queued[self.client.execute(cell.source, stop_on_error=not allowed)] = place
        while queued:
            try:
                message = self.next_message()
            except KernelFailed as error:
                error.finished = sum(cell.cell_type == "code" for cell in notebook.cells) - len(queued)
                raise
            identity = message["parent_header"].get("msg_id")
            if identity in queued:
                cell = notebook.cells[queued[identity]]
                try:
                    outputs.process_message(message, cell, queued[identity])
                    join_streams(cell.outputs)
                except CellExecutionComplete:
                    outputs.clear_before_next_output = False
                    del queued[identity]
                    progress()

    def next_message(self) -> dict:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                return self.client.get_iopub_msg(timeout=0.5)
            except Empty:
                if not self.manager.is_alive():
                    raise KernelFailed(f"the kernel died{self.last_words()}") from None
        raise KernelFailed(f"the kernel said nothing for {PATIENCE:g} seconds")


def join_streams(outputs: list[NotebookNode]) -> None:
    """Append what a cell printed last to what it printed before, as a front end does; cut off what is too long."""
    if outputs and outputs[-1].output_type == "stream":
        text = outputs[-1].text[:LONGEST]
        if len(outputs) > 1 and outputs[-2].get("name") == outputs[-1].name:
            outputs.pop()
            text = (outputs[-1].text + text)[:LONGEST]
        outputs[-1].text = text
