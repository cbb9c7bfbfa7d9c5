"""What a worker says: its log, bounded, and its answers to the kernel."""

import os
import queue
import threading
from multiprocessing.connection import Connection

LARGE, KEPT = 4_000_000, 1_000_000  # bytes: a log that gets larger keeps its end


def write_to(log: str) -> None:
    """Print to the file `log`, made again if somebody deleted it."""
    # Binary: in a text file, Windows makes a \r\n of each \n. Not only written: `bound` reads it.
    output = os.open(log, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)


def bound() -> None:
    """Drop the beginning of a log that is too large, so that a handler cannot fill the disk."""
    size = os.fstat(1).st_size
    if size > LARGE:
        os.lseek(1, size - KEPT, os.SEEK_SET)  # this is where is read; what is written goes to the end
        end = os.read(1, KEPT).partition(b"\n")[2]
        os.ftruncate(1, 0)
        os.write(1, b"(The log was too large. What came before is dropped.)\n" + end)


class Channel:
    """The worker's end of its channel. When the kernel's end is closed, the process ends at once."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.lock = connection, threading.Lock()
        self.heard: queue.SimpleQueue[dict] = queue.SimpleQueue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        """Hear commands from the first moment, in a thread of its own: an import that never ends must end, too."""
        try:
            while True:
                self.heard.put(self.connection.recv())
        except (EOFError, OSError):
            os._exit(0)

    def next(self, timeout: float | None = None) -> dict:
        """Wait for the next command; raise queue.Empty after `timeout` seconds without one."""
        return self.heard.get(timeout=timeout)

    def answer(self, command: dict, **answer: object) -> None:
        try:
            with self.lock:
                self.connection.send({"id": command["id"], **answer})
        except OSError:
            os._exit(0)
