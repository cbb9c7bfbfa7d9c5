"""`manage.py serve`: how it starts, and how it does not."""

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile

import pytest
from serving import PRODUCTION, connect
from websockets.sync.client import unix_connect


def test_a_taken_port_ends_in_a_line(site):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = site.manage("serve", "--port", str(port))
    assert done.returncode != 0
    assert f"Cannot listen on port {port} of 127.0.0.1 (Address already in use)." in done.stderr
    assert f"manage.py serve --port {port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_not_this_machines_ends_in_a_line(site):
    done = site.manage("serve", "--host", "203.0.113.1", **PRODUCTION)
    assert done.returncode != 0
    assert "Cannot listen on port 8000 of 203.0.113.1" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["70000", "-1", "65536", "http"])
def test_what_is_no_port_ends_in_a_sentence(project, port):
    done = project.manage("serve", "--port", port)
    assert done.returncode == 2
    assert done.stderr.endswith(f"{port} is not a port. Take a number from 0 to 65535.\n")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_ends_it_without_a_traceback(site):
    with site.serve() as server:
        with server.connect():
            server.process.send_signal(signal.SIGINT)
            assert server.process.wait(5) == 0
        assert server.log() == ""


def test_a_page_and_a_socket_share_one_address(developing):
    from serving import Visitor

    assert "WebSocket console" in Visitor(developing).get("/")
    developing.assert_well()


def test_the_help_names_the_options(project):
    done = project.manage("serve", "--help")
    for option in ("--host", "--port", "--uds", "--fd", "--access-log"):
        assert option in done.stdout


@contextlib.contextmanager
def serving(site, *options, line, **more):
    """Run `manage.py serve` with these options until the block ends; yield what it logs to."""
    command = [sys.executable, "manage.py", "serve", *options]
    log = site.folder / "serve.log"
    environment = site.environment(more.pop("environment", {}))
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, cwd=site.folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True, **more
        )
    try:
        assert process.stdout.readline().startswith(line), log.read_text()
        yield log
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


PROXIED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows' Python has no Unix sockets")
def test_a_unix_socket_is_for_a_proxy_which_it_believes(site):
    with tempfile.TemporaryDirectory() as folder:  # its path is short, as that of a socket must be
        path = f"{folder}/socket"
        socket.socket(socket.AF_UNIX).bind(path)  # left by a server that was killed
        with serving(site, "--uds", path, line=f"Serving {path}", environment=PRODUCTION) as log:
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
            with unix_connect(path, "ws://localhost/", additional_headers=PROXIED, origin="https://localhost") as ws:
                ws.send("ping")
                assert ws.recv(timeout=5) == "pong!"
            taken = site.manage("serve", "--uds", path)
            assert f"Cannot listen on {path} (a server listens there already)." in taken.stderr
            assert "Traceback" not in log.read_text() + taken.stderr
        done = site.manage("serve", "--uds", f"{folder}/none/socket")
        assert f"Cannot listen on {folder}/none/socket (No such file or directory)." in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows hands sockets over in another way")
def test_a_socket_that_is_open_already_as_systemd_gives_it(site):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        with serving(site, "--fd", str(number), line=f"Serving http://127.0.0.1:{port}/", pass_fds=[number]):
            with connect(f"ws://127.0.0.1:{port}/") as ws:
                ws.send("ping")
                assert ws.recv(timeout=5) == "pong!"
    done = site.manage("serve", "--fd", "99")
    assert done.returncode != 0 and "--fd 99 is not an open socket (Bad file descriptor)." in done.stderr


def test_an_access_log_is_kept_on_demand_only_and_a_token_in_an_address_stands_in_it(site):
    for options, lines in (((), 0), (("--access-log",), 1)):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        with serving(site, "--port", port, *options, line="Serving http://") as log:
            with connect(f"ws://127.0.0.1:{port}/?token=secret"):
                pass
            assert log.read_text().count("/?token=secret") == lines


def test_it_compresses_nothing(developing):
    with developing.connect(compression="deflate") as ws:
        assert ws.protocol.extensions == []


def test_it_listens_on_this_machine_only_unless_told(developing):
    assert developing.host.startswith("127.0.0.1:")


def test_with_debug_on_it_lets_nobody_else_in(site):
    done = site.manage("serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "DEBUG is on" in done.stderr and "DJANGO_DEBUG=false" in done.stderr


@pytest.mark.parametrize(
    "change, words",
    [
        ({"DJANGO_SECRET_KEY": "a"}, "SECRET_KEY has less than 50 characters"),
        ({"DJANGO_ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must not be empty"),
    ],
)
def test_production_starts_only_as_check_deploy_wants_it(site, change, words):
    done = site.manage("serve", "--port", "0", **PRODUCTION | change)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert words in done.stderr and "Serving" not in done.stdout
