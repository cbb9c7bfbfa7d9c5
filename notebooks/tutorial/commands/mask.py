"""The form in which notebooks are stored and compared: without what truly varies from run to run.

Masking twice is masking once, so that stored outputs and those of a fresh run meet halfway.
"""

import os
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..disk.project import ROOT

GONE = "…"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # All that a kernel says of its language, without its version: an export as a script needs the rest.
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
KEPT = {"tags", "jupyter", "slideshow"}  # metadata of a cell that an author sets, and no editor by itself
# A reason, a pattern, and what stands in its place. The list is short: what is not on it must agree.
MASKS = [
    # The times of a timeline; the column stays as wide as it is.
    (
        re.compile(r"(?P<pad> {2,})?\d[\d,]*(\.\d+)? ms\b"),
        lambda m: f"{GONE} ms".rjust(len(m[0])) if m["pad"] else f"{GONE} ms",
    ),
    # Seconds that were measured. Limits are whole words ("2.5 seconds") and do not vary.
    (re.compile(r"(?:\b\d+\.\d+|(?<=about )\d+) s\b"), f"{GONE} s"),
    # The course uses port 8000, or a free one where that is taken; uvicorn's command line names it then.
    (re.compile(r" --port \d{4,5}\b"), ""),
    (re.compile(r"\b(localhost):(?!8888)\d{4,5}\b"), r"\1:8000"),
    # A client's address: localhost is ::1 or 127.0.0.1, whichever the machine prefers, and its port is any.
    (re.compile(r"(?:\[::1\]|(?<![\w:])::1|127\.0\.0\.1):(?!8000\b)\d{4,5}\b"), "127.0.0.1:54321"),
    (re.compile(r"\[::1\]:8000\b"), "127.0.0.1:8000"),
    (re.compile(r"""(['"])(?:::1|127\.0\.0\.1)\1, (?!8000\b)\d{4,5}\b"""), r"\g<1>127.0.0.1\1, 54321"),
    (re.compile(r"""(['"])::1\1, 8000\b"""), r"\g<1>127.0.0.1\1, 8000"),
    # Numbers of processes, as uvicorn logs them.
    (re.compile(r"\bprocess \[\d+\]"), f"process [{GONE}]"),
    # Addresses in memory.
    (re.compile(r"\b0x[0-9a-f]{6,16}\b"), f"0x{GONE}"),
    # Where a cell's code, this machine's Python and its temporary folders are.
    (re.compile(r"[^\s\"'<>]*ipykernel_\d+[/\\]\d+\.py"), "cell.py"),
    (re.compile(r"[^\s\"'<>(]*[/\\]site-packages[/\\]"), f"{GONE}/site-packages/"),
    (re.compile(r"[^\s\"'<>(]*[/\\]lib[/\\]python3\.\d+[/\\]"), f"{GONE}/python/"),
    (re.compile(r"(?:/private)?(?:/var/folders/\w+/\w+/T|/tmp)/tmp\w+"), f"/tmp/{GONE}"),
    # Versions: the course runs on several.
    (
        re.compile(
            r"\b(C?Python|Python-urllib|[Dd]jango|uvicorn|websockets)([ /])(?:version )?\d+(?:\.\d+)+(?:(?:a|b|rc)\d+)?"
        ),
        rf"\1\2{GONE}",
    ),
    (re.compile(r"docs\.djangoproject\.com/en/\d+\.\d+/"), "docs.djangoproject.com/en/stable/"),
    # How CPython says that a text is nested too deep: in other words since 3.14.
    (re.compile(r"(?:maximum recursion depth exceeded|Stack overflow \(used \d+ kB\))(?=\s+while\s+decoding)"), GONE),
    # The random keys of a WebSocket handshake, and the answers to them.
    (re.compile(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=)(?![A-Za-z0-9+/=])"), GONE),
    # The hour of an HTTP answer.
    (re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"), GONE),
]


class Mask:
    """Masks what a run in `folder` with its server on `port` shows."""

    def __init__(self, folder: Path = ROOT, port: int = 8000) -> None:
        # A stored output may come from a run in this course's own folder, a fresh one from a copy.
        places = {str(place) for each in (folder, ROOT) for place in (each, each.resolve())}
        home = str(Path.home())
        places |= {"~" + place.removeprefix(home) for place in places if place.startswith(home + os.sep)}
        names = "|".join(re.escape(place) for place in sorted(places, key=len, reverse=True))
        self.folder = re.compile(rf"(?:{names})(?:(?P<inside>[/\\])|(?![\w.-]))")
        self.port = re.compile(rf"\b{port}\b")

    def text(self, text: str) -> str:
        """Return a text with what varies replaced."""
        text = self.folder.sub(lambda found: "" if found["inside"] else GONE, text)
        text = self.port.sub("8000", text)
        for pattern, instead in MASKS:
            text = pattern.sub(instead, text)
        return text

    def output(self, output: NotebookNode) -> NotebookNode:
        """Return an output of a cell, masked and without its number; pictures (PNG and the like) stay as they are."""
        return self.inside({key: part for key, part in output.items() if key != "execution_count"})

    def inside(self, part: object, kind: str = "") -> object:
        if isinstance(part, dict):
            return NotebookNode({key: self.inside(value, key) for key, value in part.items()})
        if isinstance(part, list):
            return [self.inside(value) for value in part]
        if isinstance(part, str) and (not kind.startswith("image/") or kind == "image/svg+xml"):
            return self.text(part)
        return part


def as_stored(notebook: NotebookNode, mask: Mask) -> bytes:
    """Return a notebook as it stands in git: outputs masked, cells numbered from 1, nothing of an editor's."""
    stored = nbformat.from_dict({**notebook, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})
    number = 0
    for place, cell in enumerate(stored.cells, 1):
        cell.setdefault("id", f"cell-{place}")
        cell.metadata = NotebookNode({key: value for key, value in cell.metadata.items() if key in KEPT})
        if cell.cell_type == "code":
            cell.outputs = [] if predicts(cell) else [mask.output(output) for output in cell.outputs]
            if cell.execution_count is not None:
                number += 1
                cell.execution_count = number
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count
    return (nbformat.writes(stored).rstrip("\n") + "\n").encode()


def predicts(cell: NotebookNode) -> bool:
    """Tell whether a learner is to predict what the cell prints: its outputs are not stored."""
    return cell.source.startswith("%predict")


def shown(cell: NotebookNode, mask: Mask) -> str:
    """Return all that a cell shows as text, masked, to be compared; of a picture only its kind."""
    parts = []
    for output in map(mask.output, cell.outputs):
        text = output.get("text") or "\n".join(output.get("traceback", []))
        for kind, content in sorted(output.get("data", {output.get("name"): text}).items()):
            picture = kind and kind.startswith("image/") and kind != "image/svg+xml"
            parts.append(
                content if kind in {None, "stdout", "text/plain"} else f"{kind}:\n{'' if picture else content}"
            )
    return "\n".join(map(str, parts))
