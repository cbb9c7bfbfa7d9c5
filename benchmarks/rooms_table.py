"""What rooms do, as a table of ratios and as promises with what was measured."""

from collections.abc import Iterable, Sequence

from benchmarks import room_peers, rooms
from benchmarks.figures import Effort, Figure
from benchmarks.servers import SERVER_CORE
from benchmarks.table import machine, medians, ratios, rows, spread, values

COLUMNS = [rooms.LAST, rooms.TELLING, rooms.WORK]


def report(figures: Sequence[Figure], effort: Effort) -> str:
    """Write all that README.md shows of rooms, in Markdown."""
    table = rows(figures, COLUMNS, [peer.name for peer in room_peers.PEERS])
    notes = [reading(effort), *against(figures), limit(figures), machine("channels-redis", "redis")]
    return "\n\n".join([table, *notes, promises(figures, effort)])


def reading(effort: Effort) -> str:
    """Say how to read the table and how its figures came about."""
    places = "servers on one core, the load on another" if SERVER_CORE is not None else "servers and load on any core"
    return (
        f"One of {effort.members:,} in a room says something, all hear it: times as ratios to the peer that says 1.0,"
        " in the same round; less is better. This application stores what is said, before it tells it, and nobody else"
        " here does: the first column has that in it. The second is the telling alone, from the client that hears it"
        f" first to the one that hears it last. {places.capitalize()}, two processes and their Redis together;"
        f" {effort.rounds_of_rooms} rounds with servers of their own, and of the {effort.said} messages in each, the"
        " median."
    )


def against(figures: Sequence[Figure]) -> Iterable[str]:
    """Say how a room stands against Channels: one that stores nothing either in memory, the finished one over Redis."""
    pairs = [(room_peers.CHANNELS_DAPHNE, room_peers.UNSTORED), (room_peers.CHANNELS_UVICORN, room_peers.UNSTORED)]
    pairs += [(room_peers.CHANNELS_TWICE, room_peers.ROOM_TWICE), (room_peers.CHANNELS_PUBSUB, room_peers.ROOM_TWICE)]
    for peer, own in pairs:
        times = spread(ratios(figures, rooms.LAST, peer, own))
        yield f"{peer}: the last one hears it {times} times as late as in {own}."


def limit(figures: Sequence[Figure]) -> str:
    """Say how busy the two sides were."""
    server, load = medians(figures, rooms.SERVER_BUSY), medians(figures, rooms.LOAD_BUSY)
    return (
        f"How busy a core was, in the median: {rooms.SERVER_BUSY.title} {min(server.values()):.0f} % or more,"
        f" {rooms.LOAD_BUSY.title} {max(load.values()):.0f} % at most."
    )


def promises(figures: Sequence[Figure], effort: Effort) -> str:
    """Write what `manage.py serve` holds, the worst of all rounds."""
    measures = (rooms.SLOWEST, rooms.OUT, rooms.GROWTH, rooms.STOP, rooms.CLOSED, rooms.BROKEN, rooms.THROWN_OUT)
    worst = {measure: max(values(figures, measure, room_peers.ROOM)) for measure in measures}
    joins, passed = (medians(figures, measure)[room_peers.ROOM] for measure in (rooms.JOINS, rooms.PASSED))
    lines = [
        [f"{effort.readers} in a room and {rooms.STALLED} that stopped reading, 5 messages a second", "", ""],
        ["the others hear 99 % within", "100 ms", f"{worst[rooms.SLOWEST]:.0f} ms"],
        ["the list of who is here has none of the stalled any more after", "10 s", f"{worst[rooms.OUT]:.1f} s"],
        ["memory grows by", "32 MiB", f"{worst[rooms.GROWTH]:.1f} MiB"],
        ["others that are closed", "0", f"{worst[rooms.CLOSED]:.0f}"],
        [f"a stop, with {rooms.STALLED} more that read nothing, takes", "5 s", f"{worst[rooms.STOP]:.1f} s"],
        [f"{joins:,.0f} joins while {passed:,.0f} messages pass", "", ""],
        ["joiners with a gap, or with anything double", "0", f"{worst[rooms.BROKEN]:.0f}"],
        ["joiners that are closed", "0", f"{worst[rooms.THROWN_OUT]:.0f}"],
    ]
    head = [["", "at most", f"the worst of {effort.rounds_of_rooms}"], ["---", "---:", "---:"]]
    return "\n".join(f"| {' | '.join(line)} |" for line in head + lines)
