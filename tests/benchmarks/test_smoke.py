"""The benchmarks run, every peer answers rightly and the table comes out. No figure is judged."""

import importlib.metadata
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "benchmarks" / "requirements.txt"


def missing() -> list[str]:
    """Return the packages of benchmarks/requirements.txt that are not installed."""
    names = re.findall(r"^[A-Za-z0-9_-]+", REQUIREMENTS.read_text(), re.MULTILINE)
    installed = {each.name.lower().replace("_", "-") for each in importlib.metadata.distributions()}
    return [name for name in names if name.lower() not in installed]


pytestmark = pytest.mark.skipif(
    bool(missing()) and not os.environ.get("CI"),
    reason=f"{', '.join(missing())} not installed: python -m pip install -r benchmarks/requirements.txt",
)


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand where a reader stands who types the command."""
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))


def quick_run(*what: str) -> str:
    """Return what a quick run prints, in a process of its own: this one has a `tutorial` of the other tests loaded."""
    command = [sys.executable, "-m", "benchmarks", *what, "--quick"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert process.returncode == 0, process.stderr[-2000:]
    return process.stdout


@pytest.mark.long
def test_quick_run_prints_a_figure_for_every_peer():
    from benchmarks import edit
    from benchmarks.servers import PEERS

    printed = quick_run()
    measured = {peer.name for peer in PEERS} | set(edit.PEERS)
    rows = dict(re.findall(r"^\| ([^|]+) \| (.*) \|$", printed, re.MULTILINE))
    assert measured <= set(rows)
    for name in measured:
        assert re.search(r"\d\.\d", rows[name]), f"{name} has no figure: {rows[name]}"
    for said in (
        "ahead in",
        "endless loop",
        "What lessons 6 to 14 cost",
        "right after another save",
        "The first answer comes",
        "How busy a core was",
    ):
        assert said in printed


@pytest.mark.long
def test_quick_run_of_rooms_prints_a_figure_for_every_peer_and_every_promise():
    from benchmarks.room_peers import PEERS

    printed = quick_run("rooms")
    rows = dict(re.findall(r"^\| ([^|]+) \| (.*) \|$", printed, re.MULTILINE))
    for peer in PEERS:
        assert re.search(r"\d\.\d", rows[peer.name]), f"{peer.name} has no figure: {rows[peer.name]}"
    for promise in ("memory grows by", "joiners that are closed", "joiners with a gap, or with anything double"):
        assert re.search(r"\d", rows[promise].rpartition("|")[2])


@pytest.mark.long
def test_quick_run_of_memory_prints_every_row():
    from benchmarks.memory import ROWS

    printed = quick_run("memory")
    rows = dict(re.findall(r"^\| ([^|]+) \| (\d+) \|", printed, re.MULTILINE))
    assert rows.keys() == ROWS.keys()
    assert len(re.findall(r"^\| .* \| \d+\.\d (?:s|GiB) \|", printed, re.MULTILINE)) == 3, "what a class takes"


def test_the_table_replaces_the_one_before(tmp_path):
    from benchmarks import table

    readme = tmp_path / "README.md"
    readme.write_text("above\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\nbelow\n")
    table.write(readme, "new")
    assert readme.read_text() == "above\n<!-- benchmarks -->\nnew\n<!-- /benchmarks -->\nbelow\n"


@pytest.mark.parametrize("text", [None, "no markers"])
def test_a_readme_without_markers_is_told_what_to_add(tmp_path, text):
    from benchmarks import table

    readme = tmp_path / "README.md"
    if text:
        readme.write_text(text)
    with pytest.raises(SystemExit, match=r"README.md needs two lines, <!-- benchmarks --> and"):
        table.between_markers(readme)


def test_a_ping_of_the_server_is_no_answer():
    from benchmarks import wire

    client, server = socket.socketpair()
    with client, server:
        server.sendall(b"\x89\x03any" + wire.PONG)
        assert wire.ask(client) == "pong!"


def test_a_wrong_answer_is_not_counted(monkeypatch):
    from benchmarks.servers import Peer, running
    from benchmarks.wire import WrongAnswer, connect_many, ping_pong

    # websockets' own echo server answers ping with ping.
    echo = (
        "import asyncio, sys; from websockets.asyncio.server import serve\n"
        "async def echo(ws):\n    async for message in ws: await ws.send(message)\n"
        "async def main():\n"
        "    async with serve(echo, '127.0.0.1', int(sys.argv[1]), compression=None) as server:\n"
        "        await server.serve_forever()\n"
        "asyncio.run(main())"
    )
    with running(Peer("echo", lambda port: ["-c", echo, str(port)])) as server:
        connections = connect_many(server.port, 2)
        try:
            with pytest.raises(WrongAnswer, match="pong!"):
                ping_pong(connections, 0.1)
        finally:
            for connection in connections:
                connection.close()


def test_a_server_that_does_not_start_shows_why():
    from benchmarks.servers import Peer, running

    broken = Peer("broken", lambda port: ["-c", "raise SystemExit('no such thing')"])
    with pytest.raises(SystemExit, match="no such thing"), running(broken):
        pass
