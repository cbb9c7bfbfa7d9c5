"""Behind nginx, from the system's packages: TLS, a path of its own, and the lines without which no WebSocket passes."""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request

import pytest
from serving import PRODUCTION, Server, Visitor, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

pytestmark = pytest.mark.skipif(
    not (shutil.which("nginx") and shutil.which("openssl")) and not os.environ.get("CI"),
    reason="nginx and openssl are not installed, for example: sudo apt install nginx-light openssl",
)
UPGRADE = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";'
CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
        location {path} {{
            proxy_pass http://127.0.0.1:{to}/; {upgrade}
            proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
    }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextlib.contextmanager
def nginx(folder, to, path="/", upgrade=UPGRADE):
    """Run nginx with TLS before a server; yield its port."""
    folder.mkdir()
    names = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-subj", "/CN=localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run(command, check=True, capture_output=True)
    port = free_port()
    text = CONFIGURATION.format(folder=folder, port=port, path=path, to=to, upgrade=upgrade)
    (folder / "nginx.conf").write_text(text)
    process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port, process):
    deadline = time.monotonic() + 20
    while True:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)


def anybody():
    """Return a TLS context that takes the certificate made here."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def ping(address, **options):
    with connect(address, ssl=anybody(), **options) as ws:
        ws.send("ping")
        return ws.recv(timeout=5)


class Behind(Visitor):
    """Someone with a browser behind the proxy."""

    def __init__(self, address):
        server = Server.__new__(Server)
        server.http = address
        super().__init__(server)
        cookies, tls = urllib.request.HTTPCookieProcessor(self.jar), urllib.request.HTTPSHandler(context=anybody())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies, tls)
        self.opener.addheaders = [("Referer", address)]


def test_production_behind_tls(site, tmp_path):
    with site.serve(**PRODUCTION) as server, nginx(tmp_path / "nginx", server.port) as port:
        address = f"wss://localhost:{port}"
        assert ping(f"{address}/", origin=f"https://localhost:{port}") == "pong!"
        for origin in (f"http://localhost:{port}", "https://evil.example"):
            with pytest.raises(InvalidStatus, match="403"):
                ping(f"{address}/", origin=origin)
        visitor = Behind(f"https://localhost:{port}")
        visitor.log_in()
        with connect(f"{address}/me", ssl=anybody(), additional_headers=visitor.cookie_header()) as ws:
            assert ws.recv(timeout=5) == "ada"
        assert all(cookie.secure for cookie in visitor.jar)


def test_without_its_upgrade_lines_a_handshake_is_answered_with_the_page(site, tmp_path):
    with site.serve(**PRODUCTION) as server, nginx(tmp_path / "nginx", server.port, upgrade="") as port:
        with pytest.raises(InvalidStatus, match="200"):
            ping(f"wss://localhost:{port}/")


@contextlib.contextmanager
def uvicorn(site, *flags):
    """Run uvicorn with these flags; yield its port."""
    to = free_port()
    command = ["uvicorn", "websocket_app.asgi:application", "--port", str(to), *flags]
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=site.folder, env=site.environment({}), stderr=subprocess.DEVNULL
    )
    try:
        wait_for(to, process)
        yield to
    finally:
        process.terminate()
        process.wait(10)


def test_a_proxy_that_cuts_silent_connections_does_so_where_nobody_pings(site, tmp_path):
    """Many cut after 60 seconds, and uvicorn pings every 20: here a proxy cuts after one second."""
    cuts = f"{UPGRADE} proxy_read_timeout 1s;"
    with uvicorn(site) as to, nginx(tmp_path / "nginx", to, upgrade=cuts) as port:
        with connect(f"wss://localhost:{port}/", ssl=anybody()) as ws, pytest.raises(ConnectionClosedError):
            ws.recv(timeout=10)
        assert ping(f"wss://localhost:{port}/") == "pong!", "the next client comes in"


def test_pings_of_the_server_keep_a_connection_through_such_a_proxy(site, tmp_path):
    cuts = f"{UPGRADE} proxy_read_timeout 3s;"
    pings = ("--ws-ping-interval", "0.5")
    with uvicorn(site, *pings) as to, nginx(tmp_path / "nginx", to, upgrade=cuts) as port:
        with connect(f"wss://localhost:{port}/", ssl=anybody()) as ws:
            with pytest.raises(TimeoutError):
                ws.recv(timeout=5)  # silence, for longer than the proxy allows
            ws.send("ping")
            assert ws.recv(timeout=5) == "pong!"


def test_a_proxy_that_buffers_answers_holds_back_no_message(site, tmp_path):
    buffers = f"{UPGRADE} proxy_buffering on; proxy_buffers 8 64k; proxy_buffer_size 64k;"
    with site.serve(**PRODUCTION) as server, nginx(tmp_path / "nginx", server.port, upgrade=buffers) as port:
        with connect(f"wss://localhost:{port}/", ssl=anybody()) as ws:
            for _ in range(3):
                ws.send("ping")
                assert ws.recv(timeout=5) == "pong!"


@pytest.mark.parametrize("length", ["Content-Length: 104857600", "Transfer-Encoding: chunked"])
def test_a_long_post_ends_at_the_proxy(site, tmp_path, length):
    with site.serve(**PRODUCTION) as server, nginx(tmp_path / "nginx", server.port) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
            with anybody().wrap_socket(plain, server_hostname="localhost") as client:
                client.sendall(f"POST /login/ HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\n".encode())
                if "chunked" in length:
                    client.sendall(b"120000\r\n" + bytes(0x120000))
                assert client.recv(12) == b"HTTP/1.1 413"
        server.assert_well()


def test_below_a_path_of_its_own(site, tmp_path):
    with uvicorn(site, "--root-path", "/app") as to, nginx(tmp_path / "nginx", to, path="/app/") as port:
        assert ping(f"wss://localhost:{port}/app/") == "pong!"
        with connect(f"wss://localhost:{port}/app/echo", ssl=anybody()) as ws:
            ws.send("hello")
            assert ws.recv(timeout=5) == "hello"
        visitor = Behind(f"https://localhost:{port}/app")
        visitor.log_in()
        assert "ada" in visitor.get("/"), "the log in leads back to the page, below the path"
        with pytest.raises(InvalidStatus, match="404"):
            ping(f"wss://localhost:{port}/app/nowhere")
