"""A room: how long until the last one hears, clients that stop reading, and joins while messages pass."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from benchmarks.figures import Effort, Figure, Measure
from benchmarks.members import Ears, Member, attend, join_many
from benchmarks.room_peers import BROADCAST
from benchmarks.servers import Server, watch
from benchmarks.wire import WrongAnswer

LAST = Measure("said to the last (less is better)", "ms", base=BROADCAST)
TELLING = Measure("the first to the last (less is better)", "ms", base=BROADCAST)
WORK = Measure("processor time of the server", "ms", base=BROADCAST)
SERVER_BUSY = Measure("the server with a full room", "%")
LOAD_BUSY = Measure("the load with a full room", "%")

SLOWEST = Measure("the 99th percentile of the others", "ms")
OUT = Measure("until the list has none of the stalled any more", "s")
GROWTH = Measure("memory, at most", "MiB")
STOP = Measure("a stop meanwhile", "s")
CLOSED = Measure("others that were closed", "")

JOINS = Measure("joins", "")
PASSED = Measure("messages that pass", "")
BROKEN = Measure("joins with a gap or anything double", "")
THROWN_OUT = Measure("joins that were closed", "")

PATH = "/room/crowd"
STALLED = 5
PAUSE = 0.2  # Seconds between messages: five a second.
SETTLE = 2.5  # Seconds until nobody is told any more who has come: a room tells it once a second.
HEARD = 30  # Messages that a joiner hears: the last twenty, and ten that pass.
JOINING = 20  # Joiners at once.
AHEAD = 10  # Messages that are said and not heard yet.
LONGEST = 300  # Seconds for all of them.


@contextmanager
def members_of(servers: list[Server], count: int) -> Iterator[list[Member]]:
    """Fill the room, through each process in turn, and empty it at the end whatever happens."""
    members = join_many([server.port for server in servers], count, PATH)
    try:
        attend(members, SETTLE)
        yield members
    finally:
        for member in members:
            member.leave()


def tell_all(servers: list[Server], effort: Effort) -> list[Figure]:
    """Return how long it takes from what the first one says to its own hearing, and to the last one's."""
    times = []

    def say_all() -> None:
        for number in range(effort.said):
            text = f"said {number}."
            begin = perf_counter()
            members[0].say(text)
            members[0].hear_of(text)
            first = perf_counter()
            for member in members[1:]:
                member.hear_of(text)
            times.append((begin, first, perf_counter()))

    with members_of(servers, effort.members) as members:
        watched = watch(servers, say_all)
    name = servers[0].peer.name
    return [
        Figure(LAST, name, 1000 * statistics.median(last - begin for begin, _, last in times)),
        Figure(TELLING, name, 1000 * statistics.median(last - first for _, first, last in times)),
        Figure(WORK, name, 10 * watched.server_busy * watched.seconds / effort.said),
        Figure(SERVER_BUSY, name, watched.server_busy),
        Figure(LOAD_BUSY, name, watched.load_busy),
    ]


def stall(server: Server, effort: Effort) -> list[Figure]:
    """Let some stop reading while five messages a second pass; stop the server while others have stopped."""
    with members_of([server], effort.readers) as readers:
        ears, late, begin, before = Ears(readers), [], perf_counter(), server.memory()
        stalled = join_many([server.port], STALLED, PATH)
        out, growth, most, said = float("inf"), 0, 0, 0
        while (now := perf_counter()) - begin < effort.stalled:
            if now - begin >= said * PAUSE:
                readers[0].say(f"{now}")
                said += 1
                growth = max(growth, server.memory() - before)
            for _, text in ears.hear(begin + said * PAUSE - perf_counter()):
                if text.startswith("Here: "):
                    here = text.count(",") + 1
                    most = max(most, here)
                    if here < most == len(readers) + STALLED and here == len(readers):
                        out = min(out, perf_counter() - begin)
                else:
                    late.append(perf_counter() - float(text.rpartition(" ")[2]))
        stalled += join_many([server.port], STALLED, PATH)
        begin = perf_counter()
        server.process.terminate()
        server.process.wait(60)
        stopped = perf_counter() - begin
    for member in stalled:
        member.leave()
    name = server.peer.name
    return [
        Figure(SLOWEST, name, 1000 * statistics.quantiles(late, n=100)[98]),
        Figure(OUT, name, out),
        Figure(GROWTH, name, growth / 2**20),
        Figure(STOP, name, stopped),
        Figure(CLOSED, name, len(ears.lost)),
    ]


def join(server: Server, effort: Effort) -> list[Figure]:
    """Let many join while many messages pass, and look for gaps and for what is heard twice.

    A joiner stays until it has heard the last twenty and some that pass; every twentieth stays to the end.
    """
    talker = join_many([server.port], 1, PATH)[0]
    ears, heard, passing, staying = Ears([talker]), {talker: []}, set(), [talker]
    said = joined = 0
    end = time.monotonic() + LONGEST

    def hear() -> None:
        for member, text in ears.hear(1):
            if not text.startswith("Here: "):
                heard[member].append(int(text.rpartition(" ")[2]))
                if member in passing and len(heard[member]) >= HEARD:
                    passing.remove(member)
                    ears.remove(member)
        passing.difference_update(ears.lost)
        if time.monotonic() > end or talker in ears.lost:
            raise WrongAnswer(f"of {said} messages only {len(heard[talker])} were heard, with {joined} joins")

    while said < effort.messages or joined < effort.joins or passing:
        if said - len(heard[talker]) < AHEAD:
            talker.say(f"{said}")
            said += 1
        if len(passing) < JOINING and joined < min(effort.joins, effort.joins * said / effort.messages):
            member = Member(server.port, PATH)
            ears.add(member)
            heard[member] = []
            if joined % 20:
                passing.add(member)
            else:
                staying.append(member)
            joined += 1
        if said - len(heard[talker]) == AHEAD:
            hear()
    while any(not heard[member] or heard[member][-1] < said - 1 for member in set(staying) - set(ears.lost)):
        hear()
    for member in staying:
        member.leave()
    broken = [numbers for numbers in heard.values() if numbers and numbers != [*range(numbers[0], numbers[-1] + 1)]]
    return [
        Figure(PASSED, server.peer.name, said),
        Figure(JOINS, server.peer.name, joined),
        Figure(BROKEN, server.peer.name, len(broken)),
        Figure(THROWN_OUT, server.peer.name, len(ears.lost)),
    ]
