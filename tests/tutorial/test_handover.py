"""One server for two notebooks of one folder: the lock, the wish, and what may be wrong with both."""

import os
import subprocess
import sys
import time

import pytest
from kernel import own_port, until
from tutorial.disk import system
from tutorial.disk.project import TutorialError
from tutorial.server import handover
from tutorial.server.server import Server, State

HOLD = "from tutorial.server.server import Server; s = Server(); s.start(); print('has it', flush=True); input()"


@pytest.fixture(autouse=True)
def port(project):
    own_port(project)


@pytest.fixture
def holder(project):
    """Another process of the same folder that has the server."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", HOLD], cwd=project / "notebooks", text=True, **pipes)
    assert next(line for line in process.stdout if line == "has it\n")
    yield process
    process.kill()
    process.wait(20)
    process.stdin.close()
    process.stdout.close()


def test_the_server_moves_with_its_port_and_says_from_where(project, server, holder):
    port = int((project / ".course" / "port").read_text())
    server.start()
    assert server.port == port
    assert server.facts == [f"The server on port {port} moves here from another notebook."]
    assert not handover.WANTED.exists()


def test_who_was_killed_leaves_nothing_that_has_to_be_asked(server, holder):
    holder.kill()
    holder.wait(20)
    began = time.monotonic()
    server.start()
    assert server.facts == []
    assert time.monotonic() - began < 5


def test_it_goes_back_and_forth(server, holder):
    other = Server()
    try:
        for _ in range(3):
            server.start()
            assert server.state is State.SERVING
            other.start()
            assert other.state is State.SERVING
            until(lambda: server.state is State.AWAY)
    finally:
        other.stop()


def test_who_does_not_let_go_keeps_the_server_and_there_is_no_second_one(server, monkeypatch):
    server.start()
    monkeypatch.setattr(handover, "RELEASE", 0.5)
    monkeypatch.setattr(server, "release", lambda name: False)
    other = Server()
    with pytest.raises(TutorialError, match="has the server, or is starting it, and does not let go"):
        other.start()
    assert server.state is State.SERVING and other.state is State.OFF
    assert not handover.WANTED.exists()


def test_a_wish_of_a_notebook_that_is_gone_disturbs_nobody_who_comes_later(project, server):
    (project / ".course").mkdir(exist_ok=True)
    handover.WANTED.write_text("ghost.ipynb")
    server.start()
    time.sleep(3 * handover.LOOK)
    assert server.state is State.SERVING


@pytest.mark.parametrize("note", [b"", b"8000", b"\xff\x00"])
def test_a_note_that_is_none_does_not_matter(server, holder, note):
    handover.NOTE.write_bytes(note)
    server.start()
    assert server.state is State.SERVING and len(server.facts) == 1


def test_the_lock_is_made_again_where_somebody_has_deleted_it(server):
    server.start()
    handover.LOCK.unlink()
    server.restart()
    other = Server()
    try:
        other.start()
        until(lambda: server.state is State.AWAY)
    finally:
        other.stop()


def test_a_lock_that_cannot_be_opened_is_one_sentence(project, server):
    handover.LOCK.mkdir(parents=True)
    with pytest.raises(TutorialError, match=r"server\.lock could not be written \(Is a directory\)"):
        server.start()
    assert server.state is State.OFF


@pytest.mark.skipif(os.name == "nt", reason="only there can nothing be locked on a file system of another machine")
def test_where_nothing_can_be_locked_the_server_starts_all_the_same(server, monkeypatch):
    import fcntl

    def no_locks(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    server.start()
    assert server.state is State.SERVING


@pytest.mark.skipif(os.name == "nt", reason="files have no modes there")
def test_nobody_else_can_ask_or_read(project, server):
    os.chmod(project / ".course", 0o777)
    server.start()
    assert (project / ".course").stat().st_mode & 0o777 == 0o700
    assert handover.NOTE.stat().st_mode & 0o777 == 0o600
    with open(handover.LOCK, "ab") as file:
        assert not system.lock(file)
