"""What handlers print, and what they log: to the server's log, and line by line to the recorder."""

import io
import threading

from .recorder import LINE, Recorder


class Printed(io.TextIOBase):
    """Standard output or standard error of the handlers, in front of the `stream` that is the log."""

    encoding, errors = "utf-8", "replace"
    lock = threading.RLock()  # of both streams: threads of a handler print, too, and the recorder counts the lines

    def __init__(self, recorder: Recorder, stream) -> None:
        self.recorder, self.stream, self.rest = recorder, stream, ""
        self.early = False  # the recorder has a line whose newline is still to come

    def __getattr__(self, name: str):
        return getattr(self.stream, name)  # `buffer`, `reconfigure` and what else only a real one has

    def write(self, text: str) -> int:
        with self.lock:
            self.stream.write(text)
            *lines, rest = text.split("\n")
            for line in lines:
                if self.rest or line or not self.early:
                    self.recorder.print(self.rest + line)
                self.rest, self.early = "", False
            self.rest = (self.rest + rest)[: LINE + 1]  # one more: the recorder sees that it is cut
        return len(text)

    def finish(self) -> None:
        """Hand over what was printed without a newline, not to wait for one that may never come."""
        with self.lock:
            if self.rest:
                self.recorder.print(self.rest)
                self.rest, self.early = "", True

    def close(self) -> None:
        """Stay open: the log is the worker's."""

    def flush(self) -> None:
        self.stream.flush()

    def fileno(self) -> int:
        return self.stream.fileno()

    def writable(self) -> bool:
        return True
