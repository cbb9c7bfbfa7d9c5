"""Without the helper: what the notebooks serve, the command line serves, and so do other servers."""

import contextlib
import re
import shutil
import socket
import subprocess
import sys
import time

import pytest
from copies import FINISHED
from serving import PRODUCTION, PROXIED, Site, connect
from tutorial.disk import course
from websockets.exceptions import ConnectionClosed, InvalidStatus

STARTED = 20  # seconds
EVIL = "http://evil.example"
UVICORN = ["uvicorn", "--port", "{port}"]
OTHERS = {
    "daphne": ["daphne", "-p", "{port}"],
    "hypercorn": ["hypercorn", "--bind", "127.0.0.1:{port}"],
    "granian": ["granian", "--interface", "asgi", "--port", "{port}"],
}
if sys.platform != "win32":
    OTHERS["gunicorn"] = ["gunicorn", "-k", "uvicorn_worker.UvicornWorker", "--bind", "127.0.0.1:{port}"]
LESSONS = [int(file.name[:2]) for file in sorted((FINISHED / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
ONLY_403 = {"daphne"}  # it has no way for an application to refuse with a status of its own


@contextlib.contextmanager
def served(folder, command, **environment):
    """Serve a project by a command line, which is given its application; yield the WebSocket address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [word.format(port=port) for word in command]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *words, "websocket_app.asgi:application"],
            cwd=folder,
            env=Site(folder).environment(environment),
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + STARTED
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield f"ws://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def ask(address, message="ping", **options):
    with connect(address, **options) as ws:
        ws.send(message)
        return ws.recv(timeout=5)


def status(address, **options):
    with pytest.raises(InvalidStatus) as refused, connect(address, **options):
        pass
    return refused.value.response.status_code


def plain(folder):
    """Return the finished project as Django alone has it: no notebooks, and startproject's own manage.py."""
    shutil.copytree(FINISHED / "websocket_app", folder / "websocket_app")
    manage = (FINISHED / "manage.py").read_text()
    (folder / "manage.py").write_text(re.sub(r"(?s) +# The course: .*?# The course ends here.*?\n", "", manage))
    return folder


MODELS = "from django.contrib.auth.models import User\n\n\nassert User.objects is not None\n\n\n"


def test_a_handler_may_import_a_model_at_its_top(tmp_path):
    folder = plain(tmp_path)
    handler = folder / "websocket_app" / "websocket.py"
    handler.write_text(MODELS + handler.read_text())
    with served(folder, UVICORN) as address:
        assert ask(f"{address}/") == "pong!"
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert "no issues" in done.stdout, done.stderr


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_a_lesson_has_built_the_command_line_serves(tmp_path, lesson):
    for name, content in course.at(course.begins(), lesson + 1).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    shutil.copy(FINISHED / "manage.py", tmp_path)
    with served(tmp_path, UVICORN) as address:
        if lesson < 3:
            assert status(f"{address}/") == 500
            return
        if lesson == 3:
            with connect(f"{address}/") as ws, pytest.raises(TimeoutError):
                ws.send("ping")
                ws.recv(timeout=0.3)
            return
        assert ask(f"{address}/") == "pong!"
        if lesson >= 6:
            with pytest.raises(ConnectionClosed) as closed:
                ask(f"{address}/", b"ping")
            assert closed.value.rcvd.code == 1003
        if lesson >= 9:
            assert ask(f"{address}/echo", b"\xff") == b"\xff"
            assert status(f"{address}/nowhere") == (403 if lesson == 9 else 404)
        if lesson >= 11:
            with connect(f"{address}/me") as ws:
                assert ws.recv(timeout=5) == "nobody"
        if lesson >= 12:
            assert status(f"{address}/", origin=EVIL) == 403
        if lesson >= 15:
            assert ask(f"{address}/stream", "How long?") == "This"


def test_in_production_a_websocket_comes_with_tls(tmp_path):
    with served(plain(tmp_path), UVICORN, **PRODUCTION) as address:
        assert ask(f"{address}/", additional_headers=PROXIED) == "pong!"
        assert status(f"{address}/") == 403


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="not all of them have packages for it, see requirements.txt")
@pytest.mark.parametrize("server", OTHERS)
def test_other_servers_serve_it_as_well(tmp_path, server):
    with served(plain(tmp_path), OTHERS[server]) as address:
        assert ask(f"{address}/") == "pong!"
        with connect(f"{address}/echo/1", subprotocols=["x", "echo"]) as ws:
            assert ws.subprotocol == "echo"
            ws.send(b"\x00\xff")
            assert ws.recv(timeout=5) == b"\x00\xff"
            with pytest.raises(ConnectionClosed) as closed:
                ws.recv(timeout=5)
            assert closed.value.rcvd.code == 1000
        with connect(f"{address}/me") as ws:
            assert ws.recv(timeout=5) == "nobody"
        assert status(f"{address}/nowhere") == (403 if server in ONLY_403 else 404)
        assert status(f"{address}/", origin=EVIL) == 403


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="not all of them have packages for it, see requirements.txt")
@pytest.mark.parametrize("server", OTHERS)
def test_in_production_other_servers_need_the_setting_that_names_the_proxys_header(tmp_path, server):
    settings = plain(tmp_path) / "websocket_app" / "settings.py"
    believed = "\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n"
    settings.write_text(settings.read_text() + believed)
    with served(tmp_path, OTHERS[server], **PRODUCTION) as address:
        assert ask(f"{address}/", additional_headers=PROXIED) == "pong!"
        assert status(f"{address}/") == 403
