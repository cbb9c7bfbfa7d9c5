"""Lesson 12: which host is asked for, and whose page is asking."""

import pytest
from serving import PRODUCTION, connect
from websockets.exceptions import InvalidStatus
from wire import handshake, raw, read_status


def status(server, **headers):
    with raw(server, handshake(server, **headers)) as client:
        return read_status(client)


@pytest.mark.parametrize(
    "host, expected",
    [
        ("127.0.0.1:{port}", 101),
        ("localhost:{port}", 101),
        ("127.0.0.1", 101),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("evil.example:{port}", 400),
        ("127.0.0.1:{port}@evil.example", 400),
        ("", 400),
        ("127.0.0.1:port", 400),
        ("[::1", 400),
        ("\xff", 400),
        (["127.0.0.1:{port}", "evil.example"], 400),
        (["127.0.0.1:{port}", "127.0.0.1:{port}"], 400),
    ],
)
def test_host(server, host, expected):
    hosts = host if isinstance(host, list) else [host]
    assert status(server, Host=[h.format(port=server.port) for h in hosts]) == expected


def test_no_host(server):
    assert status(server, without=["Host"]) == 400


@pytest.mark.parametrize(
    "origin, expected",
    [
        ("https://127.0.0.1:{port}", 101),
        ("http://127.0.0.1:{port}", 403),
        ("https://127.0.0.1:1", 403),
        ("https://127.0.0.1", 403),
        ("https://localhost:{port}", 403),
        ("https://evil.example", 403),
        ("https://127.0.0.1:{port}.evil.example", 403),
        ("https://127.0.0.1:{port}@evil.example", 403),
        ("https://evil.example@127.0.0.1:{port}", 403),
        ("https://127.0.0.1:{port}/", 403),
        ("127.0.0.1:{port}", 403),
        ("wss://127.0.0.1:{port}", 403),
        ("null", 403),
        ("", 403),
        ("https://", 403),
        ("https://[", 403),
        ("\xff\xfe", 403),
        ("x" * 5000, 403),
        # uvicorn refuses two before it asks the application, which would say 403.
        (["https://127.0.0.1:{port}", "https://127.0.0.1:{port}"], 400),
        (["https://127.0.0.1:{port}", "https://evil.example"], 400),
    ],
)
def test_origin(server, origin, expected):
    origins = origin if isinstance(origin, list) else [origin]
    assert status(server, Origin=[o.format(port=server.port) for o in origins]) == expected


def test_a_program_sends_no_origin(server):
    assert status(server) == 101


def test_behind_a_proxy_the_scheme_is_what_the_proxy_says(developing):
    proxied = {"X_Forwarded_Proto": "https", "Host": "localhost"}
    assert status(developing, **proxied, Origin="https://localhost") == 101
    assert status(developing, **proxied, Origin="http://localhost") == 403


@pytest.mark.parametrize("said, expected", [("https", 101), ("wss", 101), ("http", 403), ("ws", 403), ("", 403)])
def test_production_takes_no_websocket_without_tls(server, said, expected):
    assert status(server, X_Forwarded_Proto=said) == expected


def test_without_tls_it_says_what_to_do(server):
    with pytest.raises(InvalidStatus) as refused, connect(server.ws):
        pass
    assert refused.value.response.body == b"Not without TLS: connect to wss:// instead.\n"
    assert status(server, without=["X-Forwarded-Proto"], Host="evil.example") == 400


def test_who_is_no_proxy_cannot_say_that_there_was_tls(site):
    with site.serve(**PRODUCTION, FORWARDED_ALLOW_IPS="203.0.113.9") as server:
        assert status(server) == 403


def test_behind_a_proxy_the_host_is_what_the_proxy_says_if_the_settings_say_so(site):
    proxied = {"X_Forwarded_Host": "localhost", "Host": "127.0.0.1", "Origin": "http://localhost"}
    with site.serve() as server:
        assert status(server, **proxied) == 403
    settings = (site.folder / "websocket_app/settings.py").read_text()
    site.write("settings.py", settings + "\nUSE_X_FORWARDED_HOST = True\n")
    with site.serve() as server:
        assert status(server, **proxied) == 101


def test_a_trusted_origin(site):
    trusted = {"DJANGO_TRUSTED_ORIGINS": "https://www.example.org"}
    with site.serve(**PRODUCTION, **trusted) as server:
        assert status(server, Origin="https://www.example.org") == 101
        assert status(server, Origin="https://example.org") == 403
        assert status(server, Origin=f"https://127.0.0.1:{server.port}") == 101


def test_trusted_origins_are_what_django_takes_them_for(site):
    with site.serve(**PRODUCTION, DJANGO_TRUSTED_ORIGINS="https://*.example.org") as server:
        for origin in "https://www.example.org", "https://a.b.example.org":
            assert status(server, Origin=origin) == 101
        for origin in "http://www.example.org", "https://example.org.evil.example", "https://evilexample.org":
            assert status(server, Origin=origin) == 403


def test_the_scheme_is_what_a_header_of_the_settings_says(site):
    settings = (site.folder / "websocket_app/settings.py").read_text()
    header = "('HTTP_X_MY_SCHEME', 'https')"
    site.write("settings.py", f"{settings}\nSECURE_PROXY_SSL_HEADER = {header}\n")
    with site.serve(**PRODUCTION) as server:
        proxied = {"X_My_Scheme": "https", "Host": "localhost"}
        assert status(server, **proxied, Origin="https://localhost") == 101
        assert status(server, **proxied, Origin="http://localhost") == 403
        assert status(server, X_My_Scheme="http", Host="localhost") == 403, "whatever uvicorn believes"


def test_while_developing_only_this_machine(developing):
    assert status(developing) == 101
    assert status(developing, Host="evil.example") == 400
    assert status(developing, Host="evil.example", Origin="http://evil.example") == 400
