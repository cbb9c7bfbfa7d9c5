"""How a worker hears the notebook and answers it, and what becomes of a handler's `print`."""

import json
import os
import threading

from .recorder import Recorder


class Channel:
    """Private ends of standard input and output, so that a handler's `print` and `input` cannot touch them."""

    def __init__(self, log: str) -> None:
        self.commands = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self.answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        self.lock = threading.Lock()
        nothing = os.open(os.devnull, os.O_RDONLY)
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)

    def hush(self) -> None:
        """Write no more to the log: from now on it is another worker's."""
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)

    def next(self) -> dict:
        """Wait for the next command; end this process if there will be none."""
        try:
            line = self.commands.readline()
        except (OSError, ValueError):
            line = ""
        if not line:
            os._exit(0)
        return json.loads(line)

    def answer(self, command: dict, **answer: object) -> None:
        try:
            with self.lock:
                self.answers.write(json.dumps({"id": command.get("id"), **answer}) + "\n")
                self.answers.flush()
        except OSError:
            os._exit(0)


class Printed:
    """Standard output of the handlers: to the log as ever, and line by line to the recorder."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, recorder: Recorder, stream) -> None:
        self.recorder, self.stream, self.rest = recorder, stream, ""

    def write(self, text: str) -> int:
        self.stream.write(text)
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            self.recorder.print(line)
        return len(text)

    def flush(self) -> None:
        self.stream.flush()

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self.stream.fileno()
