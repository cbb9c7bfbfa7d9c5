"""`%timeline`: what passed between client, uvicorn and your application, as text and as an HTML table.

A connection (`recorder.Connection.as_dict()`) becomes a story of rows, and stories become a `Drawing`. Nothing here
looks at the clock, the disk or the network. What differs at every run (ports, keys, versions, addresses in memory)
is drawn as …, and times always have the same width, so that a stored drawing stays true.
"""

from ..disk.project import TutorialError
from .html import as_html
from .story import Story, groups
from .text import as_text

BY_ITSELF = ("/favicon.ico", "/.well-known/", "/apple-touch-icon")  # what browsers ask for unasked
HOW = (
    "Write %timeline for the last connection, %timeline 3 for the last three, %timeline all for every one since "
    "the last save, %timeline lifespan for the start and the stop of the server."
)


def choose(connections: list[dict], argument: str = "") -> list[dict]:
    """Return the connections that `%timeline argument` means, oldest first.

    Nothing: the last. A number: that many of the last. `all`: every one there is; the worker that remembers them is
    a new one after each save, so that is since the last save. `lifespan`: the lifespan connection, which no other
    argument draws. Raises TutorialError, in one sentence, for any other and where there is nothing to draw.
    """
    argument = argument.strip()
    number = int(argument) if argument.isdecimal() else 1 if not argument else 0
    if not number and argument not in {"all", "lifespan"}:
        raise TutorialError(f"%timeline {argument}: nothing is called so. {HOW}")
    if argument == "lifespan":
        found = [c for c in connections if c["type"] == "lifespan"]
    else:
        found = [c for c in connections if c["type"] != "lifespan" and not c["path"].startswith(BY_ITSELF)]
    found = found[-number:] if number else found
    if not found:
        raise TutorialError(
            "Nothing is recorded: no client came since the last save. Connect one, then draw its timeline."
        )
    return found


class Drawing:
    """A timeline: `text` for a terminal, `html` for a notebook."""

    def __init__(self, connections: list[dict]) -> None:
        found = groups([Story(connection) for connection in connections])
        self.text = "\n\n".join(as_text(group) for group in found)
        self.html = "\n".join(as_html(group) for group in found)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def draw(connections: list[dict]) -> Drawing:
    """Return the timeline of connections, see `worker.main.Worker.report`; `waits` and `leftover` may be missing."""
    return Drawing(connections)
