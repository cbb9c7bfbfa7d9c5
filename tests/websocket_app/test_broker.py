"""Lesson 19: a room reaches the clients of every process; what dies is late, and nothing is lost."""

import asyncio
import contextlib
import itertools
import os
import re
import subprocess
import sys
import threading
import time

import pytest
from postgres import MISSING as NO_POSTGRES
from postgres import PROGRAM as POSTGRES
from postgres import postgres
from redis_server import MISSING, PROGRAM, redis
from serving import PRODUCTION
from test_chat import Speaker
from test_history import FAST, lobby
from test_rooms import hear_line as hear
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

NEVER, SOON = "LOOK = 1000", "LOOK = 0.2"  # only a bell brings what others store, or only a look


@pytest.fixture
def broker():
    if not PROGRAM and not os.environ.get("CI"):
        pytest.skip(MISSING)
    assert PROGRAM, MISSING
    with redis() as server:
        yield server


@contextlib.contextmanager
def two(site, look, **environment):
    """Serve a site in two processes."""
    code = (site.folder / "websocket_app/broker.py").read_text()
    site.write("broker.py", re.sub(r"^LOOK = \d+", look, code, flags=re.M))
    with site.serve(**FAST, **environment) as one, site.serve(**FAST, **environment) as other:
        yield one, other


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_without_a_broker_a_look_reaches_all_eight(site):
    room = lobby()
    with two(site, SOON) as servers, contextlib.ExitStack() as doors:
        eight = [doors.enter_context(server.connect(room)) for server in servers * 4]
        for talker in eight[0], eight[1]:
            talker.send("hello")
            assert len({hear(ws) for ws in eight}) == 1


def test_a_bell_reaches_all_eight_and_a_view_rings_in_a_process_without_rooms(site, broker):
    room = lobby()
    with two(site, NEVER, REDIS_URL=broker.url) as (one, other), contextlib.ExitStack() as doors:
        four = [doors.enter_context(one.connect(room)) for _ in range(4)]
        number = Speaker(other, room).say("from a process where nobody is in a room")
        assert {hear(ws) for ws in four} == {f"{number} nobody: from a process where nobody is in a room"}
        eight = four + [doors.enter_context(other.connect(f"{room}?after={number}")) for _ in range(4)]
        for talker in eight[0], eight[-1]:
            talker.send("hello")
            assert len({hear(ws) for ws in eight}) == 1


def test_when_redis_is_back_all_is_told_that_was_stored_meanwhile(site, broker):
    room = lobby()
    with two(site, NEVER, REDIS_URL=broker.url) as (one, other), one.connect(room) as ada, other.connect(room) as grace:
        broker.kill()
        until(lambda: "No bells from others" in one.log() and "No bells from others" in other.log())
        for number in range(30):  # more than a client may be behind
            ada.send(str(number))
            assert hear(ada).endswith(f" nobody: {number}")
        broker.start()
        for number in range(30):
            assert hear(grace).endswith(f" nobody: {number}")
        grace.send("and back")
        assert hear(ada) == hear(grace)
        assert one.log().count("No bells from others") == 1, "one line for one loss"


def test_what_has_rung_for_nobody_is_told_when_redis_is_back(site, broker):
    room = lobby()
    store = "from websocket_app.models import Message; Message.objects.create(room={!r}, text='in silence')"
    with two(site, NEVER, REDIS_URL=broker.url) as (one, _), one.connect(room) as ada:
        ada.send("hello")
        hear(ada)
        broker.kill()
        until(lambda: "No bells from others" in one.log())
        assert site.manage("shell", "-c", store.format(room.removeprefix("/room/"))).returncode == 0
        broker.start()
        assert hear(ada).endswith(": in silence")


def test_a_redis_that_hangs_disturbs_nobody(site, broker):
    room = lobby()
    with two(site, SOON, REDIS_URL=broker.url) as (one, other), one.connect(room) as ada, other.connect(room) as grace:
        broker.hang()
        for number in range(30):
            ada.send(str(number))
            assert hear(ada) == hear(grace)
        one.assert_well()
        broker.wake()
        grace.send("awake")
        assert hear(ada) == hear(grace)


def test_a_wrong_redis_url_is_said_at_the_start(site):
    done = site.manage("serve", "--port", "0", **PRODUCTION, REDIS_URL="localhost:6379")
    assert done.returncode != 0 and "Redis URL must specify" in done.stderr
    assert "Traceback" not in done.stderr, done.stderr


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", "redis://no-such-host.invalid", "unix:///nowhere"])
def test_a_redis_that_is_not_there_is_a_line_in_the_log(site, url):
    room = lobby()
    with two(site, SOON, REDIS_URL=url) as (one, other), one.connect(room) as ada, other.connect(room) as grace:
        until(lambda: "No bells from others" in one.log())
        ada.send("hello")
        assert hear(ada) == hear(grace)


@pytest.fixture
def database(request, site):
    """The environment that makes the site use this database, with its tables."""
    if request.param == "sqlite":
        yield {}
        return
    if sys.version_info >= (3, 15):
        pytest.skip("psycopg has no package for it, see tests/requirements.txt")
    if not POSTGRES and not os.environ.get("CI"):
        pytest.skip(NO_POSTGRES)
    assert POSTGRES, NO_POSTGRES
    with postgres() as cluster:
        environment = {"DATABASE_URL": cluster.url}
        assert site.manage("migrate", "--verbosity", "0", **environment).returncode == 0
        yield environment


ROWS = """
from websocket_app.models import Message
for row in Message.objects.filter(room={room!r}).order_by("id"): print(row.id, row)
"""


def stored(site, room, environment):
    done = site.manage("shell", "--no-imports", "-c", ROWS.format(room=room.removeprefix("/room/")), **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_writers_in_four_processes_hide_nothing_from_who_reads_by_number(site, database):
    """Read as a room does: what has a later number than the last one that was seen."""
    write = (
        'from websocket_app.models import Message\nfor n in range(300): Message.objects.create(room="w", text=str(n))'
    )
    read = """
import sys, threading
from websocket_app.models import Message
seen, done = [], threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), done.set()), daemon=True).start()
last = False
while not last:
    last = done.is_set()
    seen += Message.objects.filter(room="w", id__gt=seen[-1] if seen else 0).order_by("id").values_list("id", flat=True)
assert seen == list(Message.objects.filter(room="w").order_by("id").values_list("id", flat=True)), "passed over"
print(len(seen))
"""
    start = [sys.executable, "manage.py", "shell", "--no-imports", "-c"]
    options = {"cwd": site.folder, "env": site.environment(database), "stdin": subprocess.PIPE, "text": True}
    reader = subprocess.Popen([*start, read], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    writers = [subprocess.Popen([*start, write], stderr=subprocess.PIPE, **options) for _ in range(4)]
    for writer in writers:
        _, errors = writer.communicate(timeout=60)
        assert writer.returncode == 0, errors
    told, errors = reader.communicate("", timeout=60)
    assert (told, errors) == ("1200\n", "")


class Member:
    """A client that stays in a room: it says its messages, and comes back with the last number that it heard."""

    def __init__(self, name, servers, room, count, seconds):
        self.name, self.servers, self.room = name, servers, room
        self.left, self.pause = [f"{name}.{number}" for number in range(count)], seconds / count
        self.heard = []

    async def stay(self, done):
        for turn in itertools.count(self.name):
            server = self.servers[turn % len(self.servers)]
            after = self.heard[-1].split()[0] if self.heard else 0
            with contextlib.suppress(OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                url = f"{server.ws}{self.room}?after={after}"
                async with connect(url, proxy=None, compression=None, open_timeout=5, close_timeout=1) as ws:
                    saying = asyncio.create_task(self.say(ws))
                    try:
                        async for text in ws:
                            if text[0].isdecimal():
                                self.heard.append(text)
                            if done(self):
                                return
                    finally:
                        saying.cancel()
            await asyncio.sleep(0.2)

    async def say(self, ws):
        with contextlib.suppress(ConnectionClosed):
            while self.left:
                await ws.send(self.left[0])
                self.left.pop(0)
                await asyncio.sleep(self.pause)


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_worker_and_the_broker_die_and_nothing_is_lost_or_doubled(site, database, broker):
    """50 clients say 2,000 messages; what each has heard is what the database has."""
    room, seconds = lobby(), 15
    with contextlib.ExitStack() as running:
        servers = [running.enter_context(site.serve(**FAST, **database, REDIS_URL=broker.url)) for _ in range(2)]
        members = [Member(name, servers, room, 40, seconds) for name in range(50)]
        rows = []

        def done(member):
            return rows and len(member.heard) >= len(rows)

        async def all_stay():
            await asyncio.wait_for(asyncio.gather(*(member.stay(done) for member in members)), 90)

        class_room = threading.Thread(target=asyncio.run, args=(all_stay(),))
        class_room.start()
        time.sleep(4)
        servers[0].process.kill()
        time.sleep(1)
        servers[0] = running.enter_context(site.serve(**FAST, **database, REDIS_URL=broker.url))
        time.sleep(2)
        broker.kill()
        time.sleep(3)
        broker.start()
        until(lambda: not any(member.left for member in members), 60)
        before = None
        while (now := stored(site, room, database)) != before:  # the last ones are on their way
            before = now
            time.sleep(2)
        rows += now
        with servers[1].connect(f"{room}?after={rows[-1].split()[0]}") as ws:
            ws.send("the end")  # those who have heard all look once more
            rows += [hear(ws)]
        class_room.join(60)
        assert not class_room.is_alive()
        assert rows == stored(site, room, database)
        for member in members:
            assert member.heard == rows, f"{len(member.heard)} of {len(rows)}"
            own = [int(row.rpartition(".")[2]) for row in rows if f": {member.name}." in row]
            assert own == sorted(set(own))
    assert len(rows) > 1800, "more is gone than a worker had read and not stored when it was killed"
