"""The door between two notebooks of one folder, attacked: by who holds its old port, and by who knocks."""

import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager

import pytest
from kernel import own_port
from tutorial.disk.project import TutorialError
from tutorial.server import handover
from tutorial.server import server as server_module

PLACE = "server.json"


@pytest.fixture(autouse=True)
def port(project):
    own_port(project)


@contextmanager
def squatter(project, behave):
    """A program on the old port of a door, whose note a killed kernel has left; `heard` is what it was told."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = {"door": listener.getsockname()[1], "key": "k" * 64, "port": 1, "notebook": "one.ipynb"}
        place["folder"] = str(project)
        (project / ".course" / PLACE).write_text(json.dumps(place))

        def serve():
            try:
                with closing(listener.accept()[0]) as caller:
                    caller.settimeout(10)
                    heard.append(caller.recv(1000))
                    behave(caller)
                    heard.append(caller.recv(1000))
            except OSError:
                pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield heard
        thread.join(15)


def endless(caller):
    while True:
        caller.sendall(b"x" * 65536)


def slow(caller):
    for _ in range(100):
        caller.sendall(b"x")
        time.sleep(0.1)


def silent(caller):
    time.sleep(4)


def says(words):
    return lambda caller: caller.sendall(words)


@pytest.mark.parametrize(
    "behave", [endless, slow, silent, says(b"ok\n"), says(b"busy\n"), says(b"0 0\n"), says(b"\xff\xfe \xe9\n")]
)
def test_a_squatter_on_the_old_port_gets_nothing_and_costs_a_moment(project, server, behave):
    with squatter(project, behave) as heard:
        began = time.monotonic()
        assert handover.take_over(server) is None
        assert time.monotonic() - began < 3.5
    assert "k" * 64 not in str(heard)
    assert len(heard[0].split()) == 1  # a number; the proof comes after the door's
    assert heard[1:] in ([], [b""])


def test_a_note_without_its_key_is_ignored(project, server):
    for note in ('{"folder": "x"}', json.dumps({"folder": str(project), "door": 1 << 70, "key": 1, "notebook": 2})):
        (project / ".course" / PLACE).write_text(note)
        assert handover.take_over(server) is None


def test_callers_that_say_nothing_hold_up_nobody(project, server):
    server.start()
    place = json.loads((project / ".course" / PLACE).read_text())
    callers = [socket.create_connection(("127.0.0.1", place["door"])) for _ in range(20)]
    try:
        began = time.monotonic()
        assert handover.take_over(server_module.Server())["port"] == server.port
        assert time.monotonic() - began < 5
        assert server.state is server_module.State.AWAY
    finally:
        for caller in callers:
            caller.close()


def test_who_has_no_key_is_turned_away_and_who_listens_learns_none(project, server):
    server.start()
    place = json.loads((project / ".course" / PLACE).read_text())
    for proof in ("0" * 64, "", place["key"]):  # the key itself is not a proof either
        with socket.create_connection(("127.0.0.1", place["door"]), timeout=10) as caller:
            caller.sendall(b"0" * 32 + b"\n")
            answer = caller.makefile().readline()
            assert place["key"] not in answer
            caller.sendall(f"{proof} evil.ipynb\n".encode())
            assert caller.recv(100) == b""
    assert server.state is server_module.State.SERVING


def test_a_notebook_that_does_not_let_go_keeps_its_server_and_there_is_no_second_one(project, server, monkeypatch):
    server.start()
    monkeypatch.setattr(handover, "RELEASE", 0.5)
    monkeypatch.setattr(server, "release", lambda name: time.sleep(3) or False)
    with pytest.raises(TutorialError, match="has the server and does not let go"):
        handover.take_over(server_module.Server())
    assert server.state is server_module.State.SERVING


def test_the_note_is_gone_at_the_end_of_the_process(project):
    code = "from tutorial.server.server import Server; Server().start()"
    subprocess.run([sys.executable, "-c", code], cwd=project / "notebooks", timeout=60, check=True)
    assert not (project / ".course" / PLACE).exists()
