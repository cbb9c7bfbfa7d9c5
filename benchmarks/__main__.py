"""`python -m benchmarks`: measure, print the table and write it into README.md."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

from tqdm import tqdm

from benchmarks import edit, idle, memory, ping, room_peers, rooms, rooms_table, table
from benchmarks.figures import FULL, QUICK, Effort, Figure
from benchmarks.servers import PEERS, ROOT, running

Step = tuple[str, Callable[[], list[Figure]]]
UNCOMPRESSED = [peer for peer in PEERS if not peer.compression]


def steps(effort: Effort) -> Iterator[Step]:
    """Yield each step by name, to be run before the next: in every turn each peer once."""
    for number in range(effort.rounds):
        with ExitStack() as stack:
            servers = [stack.enter_context(running(peer)) for peer in UNCOMPRESSED]
            for turn in range(effort.turns):
                for server in in_turn(servers, turn):
                    yield server.peer.name, partial(ping.measure, server, effort)
        for peer in in_turn(PEERS, number):
            with running(peer) as server:
                yield f"{peer.name}, {effort.idle:,} connections", partial(idle.measure, server, effort)
        for name in in_turn(edit.PEERS, number):
            yield name, partial(edit.measure, name, effort)


def steps_of_rooms(effort: Effort) -> Iterator[Step]:
    """Yield each step with a room, every one with a server and a database of its own."""
    for number in range(effort.rounds_of_rooms):
        for peer in in_turn(room_peers.PEERS, number):
            with room_peers.running_apart(peer) as servers:
                yield peer.name, partial(rooms.tell_all, servers, effort)
        for what, measure in (("who stops reading", rooms.stall), ("joins", rooms.join)):
            with room_peers.running_apart(room_peers.PEERS[0]) as (server,):
                yield what, partial(measure, server, effort)


def steps_of_memory(effort: Effort) -> Iterator[Step]:
    """Yield a step for each learner, and one for a class."""
    for number in range(effort.rounds_of_rooms):
        yield f"learner {number + 1}", memory.measure
    yield f"{effort.learners} learners at once", partial(memory.measure_class, effort)


def count(effort: Effort) -> int:
    """Return how many steps there are."""
    return effort.rounds * (effort.turns * len(UNCOMPRESSED) + len(PEERS) + len(edit.PEERS))


def in_turn(peers: Iterable[Any], number: int) -> list[Any]:
    """Return the peers with another one first each time, and every other time backwards."""
    order = list(peers)
    first = number % len(order)
    return (order[first:] + order[:first])[:: -1 if number % 2 else 1]


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see that everything works, and leave README.md alone")
    parser.add_argument("what", nargs="?", choices=["rooms", "memory"], help="another table than the first")
    options = parser.parse_args()
    effort = QUICK if options.quick else FULL
    place, report, todo, number = "benchmarks", table.report, steps(effort), count(effort)
    if options.what == "rooms":
        place, report, todo = "rooms", rooms_table.report, steps_of_rooms(effort)
        number = effort.rounds_of_rooms * (len(room_peers.PEERS) + 2)
    if options.what == "memory":
        place, report, todo, number = "memory", memory.report, steps_of_memory(effort), effort.rounds_of_rooms + 1
    readme = ROOT / "benchmarks" / "README.md"
    if effort is FULL:
        table.between_markers(readme, place)
    idle.allow_open_files(max(effort.idle, effort.members))
    # Ended from outside, it still stops its servers on the way out.
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, lambda *_: sys.exit("Stopped before the end."))
    figures: list[Figure] = []
    with closing(todo), tqdm(total=number) as bar:
        for name, step in todo:
            bar.set_description(name)
            figures += step()
            bar.update()
    text = report(figures, effort)
    print(text)
    if effort is FULL:
        table.write(readme, text, place)


if __name__ == "__main__":
    main()
