"""One end of a channel to a process, and the stop button while it is used."""

import contextlib
import queue
import select
import signal
import threading
import time
from multiprocessing.connection import Connection

SLICE = 0.1  # seconds: on Windows the stop button does not reach into a longer wait
MOMENT = 5.0  # seconds for what takes milliseconds on a machine that does nothing else


@contextlib.contextmanager
def uninterrupted():
    """Defer Ctrl+C while a process changes hands, or it would leak."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = []
    handler = signal.signal(signal.SIGINT, lambda *interrupt: held.append(interrupt))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if held and callable(handler):
            handler(*held[0])


class Link:
    """One end of a channel to a process; a thread reads it, because a wait in that thread needs no interrupting."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.answers: queue.SimpleQueue[dict] = queue.SimpleQueue()
        self.gone = threading.Event()  # the other end is closed: its process has ended
        self.asked = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self.answers.put(self.connection.recv())
        self.gone.set()

    def closed(self) -> bool:
        """Tell whether the other end is closed, even if the thread has not come to read that yet."""
        if not self.gone.is_set() and hasattr(select, "poll"):
            hangup = select.poll()
            hangup.register(self.connection.fileno(), select.POLLHUP)
            if hangup.poll(0):
                self.gone.wait(MOMENT)
        return self.gone.is_set()

    def ask(self, timeout: float, **command: object) -> dict | None:
        """Send one command and return its answer; None if none comes in `timeout` seconds."""
        self.send(**command)
        return self.answer(timeout)

    def send(self, **command: object) -> None:
        self.asked += 1
        with contextlib.suppress(OSError):
            self.connection.send({"id": self.asked, **command})

    def answer(self, timeout: float) -> dict | None:
        """Return the answer to the last command; None if none comes in `timeout` seconds or the process ends."""
        deadline = time.monotonic() + timeout
        while True:
            over = self.gone.is_set() or time.monotonic() > deadline
            try:
                answer = self.answers.get(timeout=0 if over else SLICE)
            except queue.Empty:
                if over:
                    return None
                continue
            if answer["id"] == self.asked:
                return answer
