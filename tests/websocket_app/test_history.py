"""Lesson 17: what is said is stored first, and a database that is gone is said to the client, who can try again."""

import contextlib
import os
import sqlite3
import sys
import threading
import time
import uuid

import pytest
from postgres import MISSING, PROGRAM, postgres
from test_rooms import hear, said
from websockets.exceptions import ConnectionClosed, InvalidStatus

NOT_KEPT = "(Not kept, so nobody hears it. Try again.)"
AHEAD = 20  # messages that a writer has not heard yet; uvicorn hears no Pong behind those that it has read
FAST = {"WEBSOCKET_MESSAGES_PER_SECOND": "1000000"}


def lobby():
    """The address of a room where nobody has said anything."""
    return f"/room/lobby-{uuid.uuid4().hex}"


def say(ws, *texts):
    for text in texts:
        ws.send(text)
        assert hear(ws) == f"nobody: {text}"


def hear_all(ws):
    """What is said until the list of who is here, which comes a second after somebody has come in."""
    heard = []
    while not (text := ws.recv(timeout=10)).startswith("Here: "):
        heard.append(said(text))
    return heard


def assert_closed(server, room):
    """Who comes while there is no database is closed, and comes again."""
    with server.connect(room) as ws, pytest.raises(ConnectionClosed) as closed:
        hear(ws)
    assert closed.value.rcvd.code == 1011


@contextlib.contextmanager
def locked(site):
    """Write, as another program, until the block ends."""
    with contextlib.closing(sqlite3.connect(site.folder / "db.sqlite3")) as database:
        database.execute("BEGIN IMMEDIATE")
        yield


def test_who_comes_in_hears_the_last_twenty_in_order_after_a_restart_as_well(site):
    room = lobby()
    texts = [str(number) for number in range(25)]
    with site.serve(**FAST) as server, server.connect(room) as ada:
        say(ada, *texts)
    with site.serve() as server, server.connect(room) as grace, server.connect(lobby()) as alan:
        assert hear_all(grace) == [f"nobody: {text}" for text in texts[-20:]]
        assert hear_all(alan) == []


@pytest.mark.parametrize("text", ["🙂", "a\x00b", "'; DROP TABLE websocket_app_message; --", "x" * 1_000_000, "\r\n"])
def test_any_text_is_kept_as_it_is(server, text):
    room = lobby()
    with server.connect(room) as ada:
        say(ada, text)
    with server.connect(room, max_size=None) as grace:
        assert hear(grace) == f"nobody: {text}"


@pytest.mark.parametrize("room", ["/room/", "/room/..%2Fsecret", "/room/%F0%9F%99%82", "/room/a%00b"])
def test_a_name_that_is_none_is_refused(server, room):
    with pytest.raises(InvalidStatus) as refused, server.connect(room):
        pass
    assert refused.value.response.status_code == 404


def test_a_writer_elsewhere_makes_one_wait_and_nobody_else(site):
    with site.serve() as server, server.connect("/room/one") as ada, server.connect() as ws:
        say(ada, "before")
        with locked(site):
            ada.send("meanwhile")
            for _ in range(20):
                began = time.monotonic()
                ws.send("ping")
                assert ws.recv(timeout=5) == "pong!" and time.monotonic() - began < 1
                time.sleep(0.02)  # longer than SQLite's first tries
        assert hear(ada) == "nobody: meanwhile"
        server.assert_well()


def test_a_migration_that_has_not_run_is_said_and_after_it_the_room_is_itself(site):
    assert site.manage("migrate", "websocket_app", "zero").returncode == 0
    with site.serve() as server:
        assert site.manage("migrate", "websocket_app", "zero").returncode == 0
        assert_closed(server, "/room/one")
        assert site.manage("migrate").returncode == 0
        with server.connect("/room/one") as ada:
            say(ada, "hello")
            assert site.manage("migrate", "websocket_app", "zero").returncode == 0
            ada.send("hello?")
            assert hear(ada) == NOT_KEPT
            assert site.manage("migrate").returncode == 0
        with server.connect("/room/two") as ada:
            say(ada, "hello again")
        server.assert_well()


@pytest.mark.long
def test_two_processes_with_two_writers_each_lose_nothing_and_are_never_locked_out(site):
    room, count = lobby(), 1000

    def write(server):
        own = uuid.uuid4().hex
        with server.connect(room, max_queue=None) as ws:
            for number in range(count + AHEAD):
                if number < count:
                    ws.send(f"{own} {number}")
                if number >= AHEAD:
                    while not (text := hear(ws)).startswith(f"nobody: {own}"):
                        pass
                    assert text == f"nobody: {own} {number - AHEAD}"
            heard.append(own)

    heard = []
    with site.serve(**FAST) as one, site.serve(**FAST) as two:
        writers = [threading.Thread(target=write, args=(server,)) for server in (one, one, two, two)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
        assert len(heard) == len(writers)
        for server in one, two:
            assert "Not kept" not in server.log() and "locked" not in server.log(), server.log()
            server.assert_well()
    assert site.sql("SELECT COUNT(*) FROM websocket_app_message WHERE room = ?", room[6:]) == [(4 * count,)]


@pytest.fixture(scope="module")
def cluster():
    if sys.version_info >= (3, 15):
        pytest.skip("psycopg has no package for it, see tests/requirements.txt")
    if not PROGRAM and not os.environ.get("CI"):
        pytest.skip(MISSING)
    assert PROGRAM, MISSING
    with postgres() as cluster:
        yield cluster


def test_postgresql_remembers_and_is_picked_up_when_it_is_back(site, cluster):
    url = {"DATABASE_URL": cluster.url}
    assert site.manage("migrate", "--verbosity", "0", **url).returncode == 0
    room = lobby()
    with site.serve(**url) as server, server.connect(room) as ada, server.connect() as ws:
        say(ada, "hello", "🙂")
        ada.send("a\x00b")  # PostgreSQL keeps no NUL
        assert hear(ada) == NOT_KEPT
        cluster.stop()
        ada.send("is anybody there?")
        assert hear(ada) == NOT_KEPT
        assert_closed(server, room)
        ws.send("ping")
        assert ws.recv(timeout=5) == "pong!"
        cluster.start()
        say(ada, "again")
        server.assert_well()
    with site.serve(**url) as server, server.connect(room) as grace:
        assert hear_all(grace) == ["nobody: hello", "nobody: 🙂", "nobody: again"]


def test_a_room_whose_name_is_too_long_for_postgresql_keeps_nothing(site, cluster):
    url = {"DATABASE_URL": cluster.url}
    assert site.manage("migrate", "--verbosity", "0", **url).returncode == 0
    with site.serve(**url) as server, server.connect("/room/" + "x" * 10_000) as ada:
        ada.send("hello")
        assert hear(ada) == NOT_KEPT


@pytest.mark.parametrize("url", ["nonsense", "elsewhere://somewhere", "postgres://rooms@127.0.0.1:1/none"])
def test_a_wrong_address_of_a_database_is_said(site, url):
    done = site.manage("migrate", DATABASE_URL=url)
    assert done.returncode != 0
    assert "Error" in done.stderr.splitlines()[-1] or "refused" in done.stderr
