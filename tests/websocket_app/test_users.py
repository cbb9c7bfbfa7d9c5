"""Lessons 11 and 13: from the session cookie to the user, and back out."""

import os
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from serving import PRODUCTION, Visitor
from websockets.exceptions import ConnectionClosed
from wire import handshake, raw, read_frame, read_status


def me(ws):
    return ws.recv(timeout=5)


def who_is(server, headers):
    with server.connect("/me", additional_headers=headers) as ws:
        return me(ws)


@pytest.fixture
def ada(developing):
    return Visitor(developing).log_in()


def test_a_visitor_without_a_cookie_is_nobody(developing):
    assert who_is(developing, {}) == "nobody"


def test_the_cookie_tells_who_it_is(developing, ada):
    assert who_is(developing, ada.cookie_header()) == "ada"


def test_in_production_the_cookie_travels_over_https_only(server, project):
    visitor = Visitor(server, **{"X-Forwarded-Proto": "https", "Referer": "https://127.0.0.1/"})
    visitor.get("/login/")
    assert all(cookie.secure for cookie in visitor.jar) and visitor.jar


@pytest.mark.parametrize(
    "cookie",
    [
        "sessionid=",
        "sessionid=short",
        "sessionid=" + "a" * 32,
        "sessionid=" + "x" * 9 * 1024,
        "sessionid=' OR 1=1 --",
        "sessionid=\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe",
        'sessionid="\\000\\000\\000\\000\\000\\000\\000\\000"',
        "sessionid=../../../etc/passwd",
        "sessionid",
        ";=;,\\;sessionid=\t=",
    ],
    ids=["empty", "short", "forged", "9 KiB", "sql", "bytes", "nul", "path", "no value", "garbage"],
)
def test_a_wrong_cookie_is_nobody(developing, cookie):
    with raw(developing, handshake(developing, "/me", Cookie=cookie)) as client:
        assert read_status(client) == 101
        _, text = read_frame(client)
    assert text == b"nobody"


ENDINGS = {
    "expired": "UPDATE django_session SET expire_date = '2000-01-01' WHERE session_key = ?",
    "removed": "DELETE FROM django_session WHERE session_key = ?",
    "garbled": "UPDATE django_session SET session_data = 'x:y' WHERE session_key = ?",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_session_that_has_ended_is_nobody(developing, developing_site, ada, ending):
    developing_site.sql(ENDINGS[ending], ada.cookies()["sessionid"])
    assert who_is(developing, ada.cookie_header()) == "nobody"


@pytest.mark.parametrize("change", ["is_active = 0", "password = '!'", "id = 4711"])
def test_a_user_who_may_no_longer_in_is_nobody(site, change):
    with site.serve() as server:
        visitor = Visitor(server).log_in()
        assert who_is(server, visitor.cookie_header()) == "ada"
        site.sql(f"UPDATE auth_user SET {change} WHERE username = 'ada'")
        assert who_is(server, visitor.cookie_header()) == "nobody"
        assert len(site.sql("SELECT 1 FROM django_session")) == 1, "a handshake only looks"
        server.assert_well()


def test_logging_out_closes_the_connections_of_that_session_only(developing, developing_site):
    ada, ada_elsewhere, grace = (Visitor(developing).log_in(n) for n in ("ada", "ada", "grace"))
    # The last one runs through another process, which must not matter.
    with developing_site.serve() as other, ExitStack() as stack:

        def open_as(visitor, server, path="/"):
            ws = server.connect(path, additional_headers=visitor.cookie_header())
            return stack.enter_context(ws)

        leaving = [open_as(ada, server, path) for server in (developing, other) for path in ("/", "/me", "/echo")]
        staying = [open_as(visitor, developing) for visitor in (ada_elsewhere, grace)]
        staying.append(stack.enter_context(developing.connect()))

        ada.log_out()
        before = time.perf_counter()
        for ws in leaving:
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    ws.recv(timeout=6)
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4401, "Logged out")
        assert time.perf_counter() - before < 5
        for ws in staying:
            ws.send("ping")
            assert ws.recv(timeout=5) == "pong!"
        other.assert_well()


def test_a_visitor_without_a_cookie_costs_no_query_and_a_cookie_of_another_project_is_nobody(site):
    with site.serve() as server:
        (site.folder / "db.sqlite3").unlink()
        server.assert_well()
        assert who_is(server, {}) == "nobody"
        assert not (site.folder / "db.sqlite3").exists(), "the database was opened"

        # Browsers send the cookies of localhost to every port. This database has no tables now.
        assert who_is(server, {"Cookie": "sessionid=" + "a" * 32}) == "nobody"
        (line,) = server.log().splitlines()
        assert "Nobody can be logged in: OperationalError('no such table: django_session')" in line
        server.assert_well()


def test_the_embedded_database_is_ready_and_nobody_elses(site):
    (site.folder / "db.sqlite3").unlink()
    with site.serve() as server:
        assert who_is(server, {"Cookie": "sessionid=" + "a" * 32}) == "nobody"
        assert server.log() == ""
    if os.name != "nt":
        assert (site.folder / "db.sqlite3").stat().st_mode & 0o077 == 0


def test_a_garbage_key_costs_no_query(site):
    # PostgreSQL, for one, refuses to look for a NUL, and that would be a 500.
    with site.serve() as server:
        (site.folder / "db.sqlite3").unlink()
        for cookie in 'sessionid="' + "\\000" * 8 + '"', "sessionid=" + "\xff" * 8:
            with raw(server, handshake(server, "/me", Cookie=cookie)) as client:
                assert read_status(client) == 101
        server.assert_well()


def test_a_look_gives_the_database_connection_back(site):
    with site.serve() as server:
        visitor = Visitor(server).log_in()
        with server.connect("/me", additional_headers=visitor.cookie_header()) as ws:
            assert me(ws) == "ada"
            files = [Path(file.path).name for file in psutil.Process(server.process.pid).open_files()]
            assert "db.sqlite3" not in files


def test_nobody_looks_again_for_a_client_that_has_left(site):
    sessions = (site.folder / "websocket_app/sessions.py").read_text()
    site.write("sessions.py", sessions.replace("LOOK_AGAIN_AFTER = 3", "LOOK_AGAIN_AFTER = 0.1"))
    with site.serve() as server:
        visitor = Visitor(server).log_in()
        assert who_is(server, visitor.cookie_header()) == "ada"
        server.assert_well()
        (site.folder / "db.sqlite3").unlink()
        time.sleep(0.5)  # Five looks.
        assert not (site.folder / "db.sqlite3").exists(), "the database was opened"


def test_a_handshake_with_a_session_of_the_old_secret_key_logs_nobody_out(site):
    old, new = PRODUCTION["DJANGO_SECRET_KEY"], "new-" * 20
    with site.serve(DJANGO_SECRET_KEY=old) as server:
        visitor = Visitor(server).log_in()
    settings = (site.folder / "websocket_app/settings.py").read_text()
    site.write("settings.py", settings + f"\nSECRET_KEY_FALLBACKS = [{old!r}]\n")
    with site.serve(DJANGO_SECRET_KEY=new) as server:
        for _ in range(2):
            assert who_is(server, visitor.cookie_header()) == "ada"
        # A page can set the new cookie, so there Django may make a new key.
        visitor.server = server
        before = visitor.cookies()["sessionid"]
        assert "ada" in visitor.get("/")
        assert visitor.cookies()["sessionid"] != before
        assert who_is(server, visitor.cookie_header()) == "ada"
        server.assert_well()


# It never looks at receive() again, and leaves a file when it ends.
STUBBORN = """
import asyncio

async def websocket_application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    try:
        await asyncio.sleep(3600)
    finally:
        open("handler-ended", "w").close()
"""


def test_a_handler_still_busy_at_the_stop_is_named(site):
    site.write("websocket.py", STUBBORN)
    with site.serve() as server:
        visitor = Visitor(server).log_in()
        with server.connect(additional_headers=visitor.cookie_header()), server.connect():
            server.process.terminate()
            server.process.wait(10)
        one, other = [line for line in server.log().splitlines() if "Still busy at the stop" in line]
        assert one == other and one.endswith("in websocket.py:8")


def test_a_session_store_that_is_down_ends_nobody_and_is_one_line(site):
    sessions = (site.folder / "websocket_app/sessions.py").read_text()
    site.write("sessions.py", sessions.replace("LOOK_AGAIN_AFTER = 3", "LOOK_AGAIN_AFTER = 0.1"))
    with site.serve() as server:
        visitor = Visitor(server).log_in()
        with server.connect(additional_headers=visitor.cookie_header()) as ws:
            site.sql("ALTER TABLE django_session RENAME TO away")
            time.sleep(1)  # Some ten looks.
            ws.send("ping")
            assert ws.recv(timeout=5) == "pong!"
            site.sql("ALTER TABLE away RENAME TO django_session")
            site.sql("DELETE FROM django_session")
            with pytest.raises(ConnectionClosed) as closed:
                ws.recv(timeout=5)
            assert closed.value.rcvd.code == 4401
        (line,) = server.log().splitlines()
        assert "Nobody can be logged out: OperationalError('no such table: django_session')" in line


# It sends without a pause, and looks at receive() never.
TALKS = """
import asyncio

async def websocket_application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        await send({"type": "websocket.send", "text": "again"})
        await asyncio.sleep(0.01)
"""


def test_who_logs_out_hears_no_more_of_a_handler_that_only_talks(site):
    site.write("websocket.py", TALKS)
    sessions = (site.folder / "websocket_app/sessions.py").read_text()
    site.write("sessions.py", sessions.replace("LOOK_AGAIN_AFTER = 3", "LOOK_AGAIN_AFTER = 0.1"))
    with site.serve() as server:
        visitor = Visitor(server).log_in()
        with server.connect(additional_headers=visitor.cookie_header()) as ws:
            assert ws.recv(timeout=5) == "again"
            visitor.log_out()
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    ws.recv(timeout=5)
            assert closed.value.rcvd.code == 4401
        assert server.log() == ""
