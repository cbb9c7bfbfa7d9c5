"""Run a notebook as Run All does: every cell queued at once, in a real kernel of this very Python."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import zmq
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager

PATIENCE = 120.0  # seconds that a kernel may be silent
LONGEST = 200_000  # characters of one stream of a cell that are kept


class KernelFailed(Exception):
    """The kernel died or fell silent; the message says which, and what it said last."""


class Run:
    """A kernel with the cells of a notebook; use it in a `with` block."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        # No folders to search: the only kernel is this Python's own, whatever the user has installed.
        self.manager = KernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
        self.said = tempfile.TemporaryFile()  # a kernel's own prints, such as that it runs over TCP, are no cell's
        try:
            environment = environment or dict(os.environ)
            self.manager.start_kernel(cwd=str(folder), env=environment, stdout=self.said, stderr=self.said)
            self.client = self.manager.client()
            self.client.start_channels()
        except BaseException:
            self.manager.shutdown_kernel(now=True)
            raise

    def __enter__(self) -> "Run":
        try:
            self.client.wait_for_ready(timeout=60)
        except BaseException as error:
            words = self.last_words()
            self.__exit__()
            if isinstance(error, RuntimeError):
                raise KernelFailed(f"the kernel did not start{words}") from None
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.said.close()

    def last_words(self) -> str:
        """Return what the kernel process printed last, as the end of a sentence."""
        self.said.seek(0)
        lines = self.said.read().decode(errors="replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""

    def run_all(self, notebook: nbformat.NotebookNode, progress: Callable[[], None] = lambda: None) -> None:
        """Queue all code cells at once and put what they show into the notebook.

        A cell behind one that fails is not run, unless the failing one is tagged `raises-exception`;
        its `execution_count` stays None then. Raises KernelFailed if the kernel dies or is silent for too long.
        """
        cells = {}
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
                allowed = "raises-exception" in cell.metadata.get("tags", [])
                cells[self.client.execute(cell.source, stop_on_error=not allowed)] = cell
        displays, replies, idle = {}, set(), set()
        while not (idle >= set(cells) and replies >= set(cells)):
            identity, message = self.next_message()
            if identity not in cells:
                continue
            if message["msg_type"] == "execute_reply":
                replies.add(identity)
                if message["content"]["status"] != "aborted":
                    cells[identity].execution_count = message["content"].get("execution_count")
                progress()
            elif message["msg_type"] == "status":
                if message["content"]["execution_state"] == "idle":
                    idle.add(identity)
            else:
                show(cells[identity], message, displays)

    def next_message(self) -> tuple[str | None, dict]:
        """Wait for a message; return the identity of the request it belongs to, and the message."""
        channels = {channel.socket: channel for channel in (self.client.iopub_channel, self.client.shell_channel)}
        poller = zmq.Poller()
        for socket in channels:
            poller.register(socket, zmq.POLLIN)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for socket, _ in poller.poll(500):
                message = channels[socket].get_msg(timeout=0)
                return message["parent_header"].get("msg_id"), message
            if not self.manager.is_alive():
                raise KernelFailed(f"the kernel died{self.last_words()}")
        raise KernelFailed(f"the kernel said nothing for {PATIENCE:g} seconds")


def show(cell: nbformat.NotebookNode, message: dict, displays: dict) -> None:
    """Put one message of the kernel into a cell's outputs, the way a front end does."""
    kind, content = message["msg_type"], message["content"]
    if kind == "stream":
        last = cell.outputs[-1] if cell.outputs else None
        if last and last.output_type == "stream" and last.name == content["name"]:
            if len(last.text) < LONGEST:
                last.text += content["text"][:LONGEST]
        else:
            cell.outputs.append(nbformat.v4.new_output("stream", name=content["name"], text=content["text"][:LONGEST]))
    elif kind == "clear_output":
        cell.outputs.clear()
    elif kind in {"display_data", "execute_result", "error"}:
        output = nbformat.v4.output_from_msg(message)
        cell.outputs.append(output)
        identity = content.get("transient", {}).get("display_id")
        if identity:
            displays.setdefault(identity, []).append(output)
    elif kind == "update_display_data":
        for output in displays.get(content["transient"]["display_id"], []):
            output.data = nbformat.from_dict(content["data"])
