"""What handlers print, and what they log: to the server's log, and line by line to the recorder."""

import threading

from .recorder import LINE, Recorder


class Printed:
    """Standard output or standard error of the handlers, in front of the `stream` that is the log.

    Without `every`, only what a line of the project writes is recorded: libraries log to standard error, too.
    """

    lock = threading.RLock()  # of both streams: threads of a handler print, too, and the recorder counts the lines

    def __init__(self, recorder: Recorder, stream, every: bool = True) -> None:
        self.recorder, self.stream, self.every, self.rest = recorder, stream, every, ""
        self.early = False  # the recorder has a line whose newline is still to come

    def __getattr__(self, name: str):
        return getattr(self.stream, name)  # `flush`, `buffer`, `encoding` and whatever else a stream has

    def write(self, text: str) -> int:
        with self.lock:
            self.stream.write(text)
            *lines, rest = text.split("\n")
            for line in lines:
                if self.rest or line or not self.early:
                    self.note(self.rest + line)
                self.rest, self.early = "", False
            self.rest = (self.rest + rest)[: LINE + 1]  # one more: the recorder sees that it is cut
        return len(text)

    def note(self, line: str) -> None:
        if self.every or self.recorder.caller():
            self.recorder.print(line)

    def writelines(self, lines) -> None:
        for line in lines:
            self.write(line)

    def finish(self) -> None:
        """Hand over what was printed without a newline, because that may never come."""
        with self.lock:
            if self.rest:
                self.note(self.rest)
                self.rest, self.early = "", True

    def close(self) -> None:
        """Stay open: the log is the worker's."""
