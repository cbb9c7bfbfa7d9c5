"""`python -m benchmarks`: measure, print the table and write it into README.md."""

import argparse
import signal
import sys
from collections.abc import Callable
from functools import partial

from tqdm import tqdm

from benchmarks import edit, idle, ping, table
from benchmarks.figures import FULL, QUICK, Effort, Figure
from benchmarks.servers import PEERS, ROOT, Peer, running

Step = tuple[str, Callable[[], list[Figure]]]
FAST = [ping.measure]
SLOW = [ping.measure, idle.measure]


def load(peer: Peer, effort: Effort, measures: list[Callable]) -> list[Figure]:
    """Start a peer and put each kind of load on it, one after the other."""
    with running(peer) as server:
        return [figure for measure in measures for figure in measure(server, effort)]


def plan(effort: Effort) -> list[Step]:
    """Return the steps by name: in every round each peer once, and each time another one first."""
    steps: list[Step] = []
    for number in range(effort.rounds):
        if number % effort.slow == 0:
            turn = [(peer.name, partial(load, peer, effort, SLOW)) for peer in PEERS]
            turn += [(name, partial(edit.measure, name, effort)) for name in edit.PEERS]
        else:
            turn = [(peer.name, partial(load, peer, effort, FAST)) for peer in PEERS if not peer.compression]
        first = number % len(turn)
        steps += turn[first:] + turn[:first]
    return steps


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see that everything works, and leave README.md alone")
    effort = QUICK if parser.parse_args().quick else FULL
    readme = ROOT / "README.md"
    if effort is FULL:
        table.between_markers(readme)
    idle.allow_open_files(effort.idle)
    # Ended from outside, it still stops its servers on the way out.
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, lambda *_: sys.exit("Stopped before the end."))
    figures: list[Figure] = []
    with tqdm(plan(effort)) as steps:
        for name, step in steps:
            steps.set_description(name)
            figures += step()
    text = table.report(figures, effort)
    print(text)
    if effort is FULL:
        table.write(readme, text)


if __name__ == "__main__":
    main()
