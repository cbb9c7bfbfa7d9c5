"""`manage.py serve`: how it starts, and how it does not."""

import signal
import socket
import sys

import pytest
from serving import PRODUCTION


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
    assert "--host" in done.stdout and "--port" in done.stdout


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
