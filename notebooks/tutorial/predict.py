"""`%predict ANSWER` on top of a cell: what you expect the cell to print, beside what it printed."""

import asyncio
import io
import re
import sys

from .shown import Shown, title


class Prediction(io.StringIO):
    """Takes the place of sys.stdout until the cell ends, keeps what is printed, and shows it all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.answer, self.stream = "", sys.stdout
        sys.stdout = self

    def write(self, text: str) -> int:
        self.stream.write(text)
        return super().write(text)

    def flush(self) -> None:
        self.stream.flush()

    def verdict(self, error: BaseException | None) -> Shown:
        """Give sys.stdout back and compare; an error counts as its name, but for the end of a cell that was stopped."""
        sys.stdout = self.stream
        raised = error and not isinstance(error, (KeyboardInterrupt, asyncio.CancelledError))
        came = type(error).__name__ if raised else " ".join(self.getvalue().split()) or "nothing"
        if not self.answer:
            return title(f"· You predicted nothing, and it is {came}.")
        if plain(self.answer) == plain(came):
            return title(f"✓ You predicted it: {came}", "good")
        return title(f"✗ You predicted {self.answer}, and it is {came}. Why?", "bad")


def plain(answer: str) -> object:
    """Return an answer without what does not count: spaces, quotes, commas, capital letters, zeros behind a point."""
    words = re.sub(r"""[\s"'`,]""", "", answer).lower()
    try:
        return float(words)
    except ValueError:
        return words
