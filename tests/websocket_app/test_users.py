"""Lesson 9: from the session cookie to the user, and back out."""

import json
import time
from contextlib import ExitStack

import pytest
from serving import Visitor
from websockets.exceptions import ConnectionClosed, InvalidStatus
from wire import handshake, raw, read_frame, read_status


def me(ws):
    return json.loads(ws.recv(timeout=5))["user"]


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


def test_me_says_which_page_is_calling(developing):
    with developing.connect("/me", origin=developing.http) as ws:
        assert json.loads(ws.recv(timeout=5)) == {"user": "nobody", "origin": developing.http}


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
    assert json.loads(text)["user"] == "nobody"


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
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "Logged out")
        assert time.perf_counter() - before < 5
        for ws in staying:
            ws.send("ping")
            assert ws.recv(timeout=5) == "pong!"
        other.assert_well()


def test_a_visitor_without_a_cookie_costs_no_query(site):
    (site.folder / "db.sqlite3").unlink()
    with site.serve() as server:
        server.assert_well()
        assert who_is(server, {}) == "nobody"
        assert not (site.folder / "db.sqlite3").exists(), "the database was opened"

        # With a cookie it is asked, and its absence is the server's error, in one line.
        with pytest.raises(InvalidStatus) as refused:
            who_is(server, {"Cookie": "sessionid=" + "a" * 32})
        assert refused.value.response.status_code == 500
        assert "no such table: django_session" in server.log()
        server.assert_well()
