"""Before the first frame: strange handshakes get an HTTP answer."""

import socket

import pytest
from wire import handshake, raw, read_status

STRANGE = {
    "no key": ({"without": ["Sec-WebSocket-Key"]}, 400),
    "a short key": ({"Sec_WebSocket_Key": "abc"}, 400),
    "a key that is not base64": ({"Sec_WebSocket_Key": "\xff" * 24}, 400),
    "two keys": ({"Sec_WebSocket_Key": ["dGhlIHNhbXBsZSBub25jZQ=="] * 2}, 400),
    "a wrong version": ({"Sec_WebSocket_Version": "8"}, 400),
    "no version": ({"without": ["Sec-WebSocket-Version"]}, 400),
    "9 KiB of cookies": ({"Cookie": "a=" + "x" * 9 * 1024}, 101),
    "60 KiB of cookies": ({"Cookie": "a=" + "x" * 60 * 1024}, 101),
    "garbage cookies": ({"Cookie": ';;=;"; sessionid=\xff\xfe; sessionid'}, 101),
    "a NUL in a cookie": ({"Cookie": "sessionid=\x00"}, 400),
    "garbage in a header that nobody reads": ({"Content_Type": ";;=\xff"}, 101),
    "garbage extensions": ({"Sec_WebSocket_Extensions": ";;,\x80"}, 101),
    "unknown path": ({"path": "/nowhere"}, 404),
    "traversal": ({"path": "/../../etc/passwd"}, 404),
    "encoded traversal": ({"path": "/%2e%2e/%2e%2e/etc/passwd"}, 404),
    "double slash": ({"path": "//echo"}, 404),
    "not utf-8": ({"path": "/%ff%fe"}, 404),
    "a NUL": ({"path": "/echo%00"}, 404),
    "a line break": ({"path": "/echo%0a"}, 404),
    "9 KiB of path": ({"path": "/" + "x" * 9 * 1024}, 404),
    "an address of Django's": ({"path": "/admin/"}, 404),
    "the log in page": ({"path": "/login/"}, 404),
    "a huge number": ({"path": "/echo/" + "9" * 5000}, 404),
}


@pytest.mark.parametrize("name", STRANGE)
def test_it_is_answered(server, name):
    how, status = STRANGE[name]
    with raw(server, handshake(server, **how)) as client:
        assert read_status(client) == status


def test_a_client_that_says_nothing_more_delays_nobody(server):
    with raw(server, b"GET / HTTP/1.1\r\nHost: "):
        server.assert_well()


def test_1_000_connections(server):
    allow_open_files(1200)
    clients = []
    try:
        for _ in range(1000):
            clients.append(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            clients[-1].sendall(handshake(server))
        for client in clients:
            assert read_status(client) == 101
        server.assert_well()
    finally:
        for client in clients:
            client.close()


def allow_open_files(number):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < number:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
