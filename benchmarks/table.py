"""The figures as one table of ratios, with what it was measured on, and its place in README.md."""

import importlib.metadata
import os
import platform
import re
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import edit, idle, ping
from benchmarks.figures import (
    COURSE_AGAIN,
    COURSE_EDIT,
    RELOAD,
    RESPAWN,
    THIRTEEN_LINES,
    THIS_APPLICATION,
    WEBSOCKETS,
    WEBSOCKETS_UVLOOP,
    Effort,
    Figure,
    Measure,
)
from benchmarks.servers import PEERS, SERVER_CORE

COLUMNS = [ping.AT_ONCE, ping.IN_SEQUENCE, idle.HANDSHAKES, idle.MEMORY, edit.EDIT]
BUSY = 80  # Percent of its core that a server has to be busy with to be what was measured.
PACKAGES = ["uvicorn", "websockets", "uvloop", "Django", "channels", "daphne", "starlette"]
PACKAGES += ["aiohttp", "picows", "watchfiles"]


def values(figures: Iterable[Figure], measure: Measure, peer: str) -> list[float]:
    """Return what one peer reached, round after round."""
    return [figure.value for figure in figures if figure[:2] == (measure, peer)]


def ratios(figures: Sequence[Figure], measure: Measure, peer: str, base: str) -> list[float]:
    """Return what a peer reached as a ratio to another, each round by itself."""
    pairs = zip(values(figures, measure, peer), values(figures, measure, base), strict=True)
    return [other / own if measure.inverse else own / other for own, other in pairs]


def spread(numbers: Sequence[float]) -> str:
    """Write the median and the middle half: `6.9 (6.7–7.1)`, `0.52 (0.51–0.53)`."""
    enough = numbers if len(numbers) > 1 else [*numbers, *numbers]
    low, middle, high = statistics.quantiles(enough, n=4, method="inclusive")
    digits = 1 if middle >= 2 else 2
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def cell(figures: Sequence[Figure], measure: Measure, peer: str) -> str:
    """Write one ratio; for the peer that is 1.0, what that stands for."""
    own = values(figures, measure, peer)
    if not own:
        return ""
    if peer == measure.base:
        return f"1.0 = {statistics.median(own):,.0f} {measure.unit}"
    return spread(ratios(figures, measure, peer, measure.base))


def rows(figures: Sequence[Figure], columns: Sequence[Measure], peers: Iterable[str]) -> str:
    """Write the Markdown table, a row for every peer."""
    lines = [["", *(measure.title for measure in columns)], ["---"] + ["---:"] * len(columns)]
    for peer in peers:
        lines.append([peer, *(cell(figures, measure, peer) for measure in columns)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def reading(effort: Effort) -> str:
    """Say how to read the table and how its figures came about."""
    places = "servers on one core, the load on another" if SERVER_CORE is not None else "servers and load on any core"
    return (
        "Each figure is the ratio to the peer that says 1.0, measured next to it: the median, with the middle half in"
        " brackets. More is better, except for memory. `ping` is answered `pong!` by all, compression is off unless"
        f" the row says otherwise, and {places}. Each of the {effort.rounds} rounds starts its own servers and"
        f" has ping and pong for {effort.seconds} s with every peer in turn, {effort.turns} times; {effort.idle:,}"
        f" connections, opened as fast as they are let in and then idle; and {effort.edits} edits, timed from the"
        " changed file to the first answer by the new code, on all cores."
    )


def against(figures: Sequence[Figure]) -> Iterable[str]:
    """Say how this course stands against the peers that are named in its goals."""
    yield (
        f"With {ping.CLIENTS} clients this application, on uvloop and with an eye on errors and users, is"
        f" {compared(figures, WEBSOCKETS)} and {compared(figures, WEBSOCKETS_UVLOOP)}."
        " It alone has its garbage collector tuned, see serve.py."
    )
    costs = [
        f"{spread(ratios(figures, measure, THIS_APPLICATION, THIRTEEN_LINES))} {what}"
        for measure, what in (
            (ping.AT_ONCE, "of its messages"),
            (idle.HANDSHAKES, "of its handshakes"),
            (idle.MEMORY, "of its memory for an idle connection"),
        )
    ]
    yield f"What lessons 6 to 14 cost, as a ratio to {THIRTEEN_LINES}: {', '.join(costs)}."
    own = ratios(figures, edit.EDIT, COURSE_EDIT, RELOAD)
    median, again = (medians(figures, edit.EDIT)[name] for name in (COURSE_EDIT, COURSE_AGAIN))
    stuck = medians(figures, edit.STUCK)[COURSE_EDIT]
    yield (
        f"An edit in a notebook answers {spread(own)} times as fast as with {RELOAD}: in {median:.0f} ms,"
        f" in {again:.0f} ms right after another save, and in {stuck:.0f} ms where the old handler is stuck in an"
        " endless loop."
    )
    first = medians(figures, edit.FIRST_START)
    yield (
        f"The first answer comes {first[COURSE_EDIT]:.0f} ms after the server is started from a notebook, and"
        f" {first[RESPAWN]:.0f} ms after `python -m uvicorn` is typed."
    )
    shares = [
        f"{peer} {statistics.mean(values(figures, edit.FIRST_RIGHT, peer)):.0%}"
        for peer in edit.PEERS
        if values(figures, edit.FIRST_RIGHT, peer)
    ]
    yield f"The very first try after a save got the new answer: {', '.join(shares)}."


def compared(figures: Sequence[Figure], peer: str) -> str:
    """Say how fast this application is next to a peer, and how often it was ahead."""
    pairs = ratios(figures, ping.AT_ONCE, THIS_APPLICATION, peer)
    ahead = sum(ratio > 1 for ratio in pairs)
    return f"{spread(pairs)} times as fast as {peer} (ahead in {ahead} of {len(pairs)} turns)"


def limit(figures: Sequence[Figure]) -> str:
    """Say how busy the two sides were, which shows what has been measured: the servers, or not."""
    pairs = [(ping.SERVER_BUSY, ping.LOAD_BUSY), (idle.SERVER_BUSY, idle.LOAD_BUSY)]
    sentences, quiet = [], True
    for measures in pairs:
        server, load = (medians(figures, measure) for measure in measures)
        least, most = min(server, key=server.get), max(load, key=load.get)
        quiet = quiet and server[least] >= BUSY
        sentences.append(
            f"{measures[0].title} {server[least]:.0f} % or more (the least is {least}),"
            f" {measures[1].title} {load[THIS_APPLICATION]:.0f} % against this application and"
            f" {load[most]:.0f} % at most ({most})"
        )
    verdict = "The load is not the limit" if quiet else "Not to be trusted, the servers were not busy"
    return f"{verdict}. How busy a core was, in the median: {'; '.join(sentences)}."


def medians(figures: Sequence[Figure], measure: Measure) -> dict[str, float]:
    """Return the median of every peer that has been measured."""
    peers = dict.fromkeys(figure.peer for figure in figures if figure.measure == measure)
    return {peer: statistics.median(values(figures, measure, peer)) for peer in peers}


def machine(*more: str) -> str:
    """Name the processor, the system and the versions."""
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in [*PACKAGES, *more])
    system = f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{processor()}, {os.cpu_count()} cores, {system}, {python}; {packages}."


def processor() -> str:
    """Return the processor's name, as the system gives it."""
    information = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", information.read_text()) if information.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def report(figures: Sequence[Figure], effort: Effort) -> str:
    """Write all that README.md shows, in Markdown."""
    notes = [reading(effort), *against(figures), limit(figures), machine()]
    return "\n\n".join([rows(figures, COLUMNS, [*(peer.name for peer in PEERS), *edit.PEERS]), *notes])


def markers(place: str) -> tuple[str, str]:
    """Return the lines that a table stands between."""
    return f"<!-- {place} -->", f"<!-- /{place} -->"


def between_markers(readme: Path, place: str = "benchmarks") -> re.Match:
    """Find the place of the table. Raises SystemExit when README.md has none."""
    begin, end = markers(place)
    found = re.search(f"{begin}.*{end}", readme.read_text(), re.DOTALL) if readme.exists() else None
    if not found:
        raise SystemExit(f"{readme.name} needs two lines, {begin} and {end}: the table goes between.")
    return found


def write(readme: Path, text: str, place: str = "benchmarks") -> None:
    """Put the table into README.md in place of the one before."""
    old = between_markers(readme, place)[0]
    begin, end = markers(place)
    readme.write_text(readme.read_text().replace(old, f"{begin}\n{text}\n{end}"))
