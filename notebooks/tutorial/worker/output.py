"""How a worker hears the notebook and answers it."""

import json
import os
import queue
import threading


class Channel:
    """Private ends of standard input and output, so that a handler's `print` and `input` cannot touch them."""

    def __init__(self, log: str) -> None:
        self.commands = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self.answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        self.lock = threading.Lock()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        self.write_to(log)
        self.heard: queue.SimpleQueue[dict] = queue.SimpleQueue()
        threading.Thread(target=self.listen, daemon=True).start()

    @staticmethod
    def write_to(log: str) -> None:
        """Print to the file `log`, made again if somebody deleted it, or to nowhere if it cannot be made."""
        try:
            # Binary: in a text file, Windows makes a \r\n of each \n.
            output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        except OSError:
            output = os.open(os.devnull, os.O_WRONLY)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)

    def hush(self) -> None:
        """Write no more to the log: from now on it is another worker's."""
        self.write_to(os.devnull)

    def listen(self) -> None:
        """Hear commands from the first moment, in a thread of its own: an import that never ends must end, too."""
        try:
            for line in self.commands:
                self.heard.put(json.loads(line))
        except (OSError, ValueError):
            pass
        os._exit(0)  # there will be no more: the notebook is gone

    def next(self) -> dict:
        """Wait for the next command."""
        return self.heard.get()

    def answer(self, command: dict, **answer: object) -> None:
        try:
            with self.lock:
                self.answers.write(json.dumps({"id": command.get("id"), **answer}) + "\n")
                self.answers.flush()
        except OSError:
            os._exit(0)
