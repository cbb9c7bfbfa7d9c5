"""Lesson 14: the application's own limits."""

import re
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from serving import Visitor
from websockets.exceptions import ConnectionClosed, InvalidStatus
from wire import TEXT, frame, handshake, raw, read_close, read_frame, read_status


@pytest.fixture(scope="module")
def small(project, tmp_path_factory):
    site = project.copy_to(tmp_path_factory.mktemp("small") / "site")
    limits = {"WEBSOCKET_CONNECTIONS": "3", "WEBSOCKET_MESSAGES_PER_SECOND": "20"}
    with site.serve(**limits) as server:
        yield server


def test_a_full_house_is_a_503_until_somebody_leaves(small):
    with small.connect() as one, small.connect() as two:
        with small.connect():
            with pytest.raises(InvalidStatus) as refused, small.connect():
                pass
            assert refused.value.response.status_code == 503
            assert b"All seats are taken" in refused.value.response.body
        small.assert_well()
        for ws in one, two:
            ws.send("ping")
            assert ws.recv(timeout=5) == "pong!"


def test_a_foreign_page_takes_no_seat(small):
    for _ in range(10):
        with pytest.raises(InvalidStatus), small.connect(origin="http://evil.example"):
            pass
    small.assert_well()


@pytest.mark.parametrize("path", ["/", "/echo", "/me"])
def test_a_flood_is_closed_with_1008(small, path):
    with small.connect(path) as ws, pytest.raises(ConnectionClosed) as closed:
        for _ in range(200):
            ws.send("ping")
        while True:
            ws.recv(timeout=5)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "Too many messages")
    small.assert_well()


def test_10_000_messages_at_once(small):
    before = small.log()
    with raw(small) as client:
        assert read_status(client) == 101
        client.sendall(frame(TEXT, b"ping") * 10_000)
        assert read_close(client) == 1008
    small.assert_well()
    assert small.log() == before, "after a close nothing may be sent"


def test_one_client_does_not_take_all_seats(site):
    with site.serve(WEBSOCKET_CONNECTIONS_EACH="2") as server:
        ada, grace = (Visitor(server).log_in(name).cookie_header() for name in ("ada", "grace"))
        with ExitStack() as stack:
            for headers in ({}, ada, grace):
                for _ in range(2):
                    stack.enter_context(server.connect(additional_headers=headers))
                with pytest.raises(InvalidStatus) as refused, server.connect(additional_headers=headers):
                    pass
                assert refused.value.response.status_code == 429
        server.assert_well()


def most_memory(server):
    """Return the most memory that a server has had, in MiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone says how much memory a process has had")
@pytest.mark.parametrize("token, expected", [("", 403), ("a" * 32, 400)], ids=["a stranger", "a form of ours"])
def test_a_post_of_100_mib_takes_no_memory(server, token, expected):
    before, size = most_memory(server), 100 * 2**20
    headers = {"Host": "localhost", "Referer": "https://localhost/", "Content-Length": size, **server.proxied}
    headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token}
    headers |= {"Cookie": f"csrftoken={token}"}
    lines = ["POST /login/ HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items()), "\r\n"]
    with raw(server, "\r\n".join(lines).encode()) as client:
        for _ in range(size // 2**20):
            client.sendall(bytes(2**20))
        assert read_status(client) == expected
    assert most_memory(server) < before + 20


def test_a_client_within_the_limit_stays(small):
    with small.connect() as ws:
        for _ in range(20):
            ws.send("ping")
            assert ws.recv(timeout=5) == "pong!"


def test_what_came_more_than_a_second_ago_does_not_count(small):
    with small.connect() as ws:
        for pause in 0, 1.05, 1.05:
            time.sleep(pause)
            for _ in range(20):
                ws.send("ping")
                assert ws.recv(timeout=5) == "pong!"


def test_a_steady_client_at_the_limit_stays(small):
    with small.connect() as ws:
        begin = time.monotonic()
        for number in range(4 * 20):
            late = 0.2 if number == 20 else 0  # On the way; the next ones catch up.
            time.sleep(max(0, begin + number / 20 + late - time.monotonic()))
            ws.send("ping")
            assert ws.recv(timeout=5) == "pong!"


def test_after_a_silence_twice_as_many_pass_and_no_more(small):
    with raw(small, handshake(small, "/echo")) as client:
        assert read_status(client) == 101
        time.sleep(1.6)
        client.sendall(frame(TEXT, b"ping") * 200)
        answers = 0
        while read_frame(client)[0] == TEXT:
            answers += 1
    assert answers == 2 * 20 + 1, "the one that is too many is answered, and ends it"
