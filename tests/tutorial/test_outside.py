"""Where the course runs is read from what that place sets, and a stranger's headers change nothing."""

import pytest
from tutorial.server import outside
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

SPACE = {"CODESPACE_NAME": "fuzzy-goggles", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev"}
HUB = {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/", "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api"}


@pytest.fixture(autouse=True)
def at_home(monkeypatch):
    """No place but this machine, whatever runs these tests."""
    for name in (*SPACE, *HUB, "JUPYTERHUB_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


def came(server, **headers):
    """Open a WebSocket with these headers; return the answer to a ping, or the status of a refusal."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with connect(f"ws://127.0.0.1:{server.port}/", proxy=None, additional_headers=headers) as ws:
            ws.send("ping")
            return ws.recv(timeout=5)
    except InvalidStatus as error:
        return error.response.status_code


def forwarded(server, origin):
    """Connect as GitHub's proxy does by all reports: a local Host, and the public name beside it."""
    public = f"fuzzy-goggles-{server.port}.app.github.dev"
    return came(server, X_Forwarded_Host=public, X_Forwarded_Proto="https", Origin=origin)


def test_a_page_of_a_codespace_is_the_servers_own(server, monkeypatch, capsys):
    for name, value in SPACE.items():
        monkeypatch.setenv(name, value)
    server.start()
    address = f"https://fuzzy-goggles-{server.port}.app.github.dev"
    assert server.page == f"{address}/" and address in capsys.readouterr().out
    assert forwarded(server, address) == "pong!"
    assert forwarded(server, f"http://localhost:{server.port}") == "pong!"
    assert forwarded(server, f"https://localhost:{server.port}") == "pong!"
    for stranger in ("https://evil.example", "http://localhost:1", address.replace("fuzzy", "evil"), "null"):
        assert forwarded(server, stranger) == 403


def test_at_home_a_strangers_headers_open_nothing(server):
    server.start()
    assert server.page == f"http://localhost:{server.port}/"
    assert forwarded(server, f"https://fuzzy-goggles-{server.port}.app.github.dev") == 403
    assert came(server, X_Forwarded_Host="evil.example", Origin="http://evil.example") == 403
    assert came(server, X_Forwarded_Prefix="/user/ada/", Origin=f"http://127.0.0.1:{server.port}") == "pong!"


def test_one_variable_of_a_hub_is_no_hub(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", HUB["JUPYTERHUB_SERVICE_PREFIX"])
    assert outside.page(8000) == "http://localhost:8000/" and outside.settings(8000) == {}
    monkeypatch.setenv("JUPYTERHUB_API_URL", HUB["JUPYTERHUB_API_URL"])
    assert outside.page(8000) == "/user/ada/proxy/8000/"
    assert outside.settings(8000) == {"DJANGO_ALLOWED_HOSTS": "*"}
    monkeypatch.setenv("JUPYTERHUB_PUBLIC_URL", "https://hub.example.org/user/ada/")
    assert outside.settings(8000)["DJANGO_TRUSTED_ORIGINS"] == "https://hub.example.org"
    assert "*" not in outside.settings(8000)["DJANGO_ALLOWED_HOSTS"]
