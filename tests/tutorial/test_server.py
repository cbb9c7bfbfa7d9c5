"""The server: it always runs the code on disk, no client is refused while it changes, and its port is its own."""

import asyncio
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException

import pytest
from copies import copy
from handlers import ask, handler
from kernel import survivors, until, workers
from tutorial.disk.project import TutorialError
from tutorial.server import server as server_module
from tutorial.server import sockets, spare
from tutorial.server.server import State
from tutorial.server.sockets import listen
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

FOREVER = 60  # seconds, for a handler that is stuck


@pytest.fixture(autouse=True)
def first(monkeypatch):
    """The first port of a range in the place of 8000 and on, without the programs that this machine runs there."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])  # each takes its own
    range_of_its_own = range(20000 + 1000 * worker, 20900 + 1000 * worker)
    port = next(port for port in random.sample(range_of_its_own, 100) if not taken(port))
    monkeypatch.setattr(sockets, "PORTS", range(port, port + 50))
    return port


def taken(port):
    listeners = listen(port) or []
    for listener in listeners:
        listener.close()
    return not listeners


@pytest.fixture
def websocket(project):
    """The file that the learner saves."""
    return project / "websocket_app" / "websocket.py"


@pytest.fixture
def hammer(server):
    """Clients that connect and ask without a pause, from another thread, until the test ends.

    It counts what they met: "answered", or why not.
    """
    met, ended = {}, threading.Event()

    async def client(url):
        while not ended.is_set():
            try:
                async with connect(url, open_timeout=20, close_timeout=1) as websocket:
                    await websocket.send("ping")
                    await websocket.recv()
                what = "answered"
            except ConnectionClosed as error:
                what = f"closed {error.rcvd.code if error.rcvd else None}"
            except (OSError, InvalidHandshake, EOFError) as error:
                what = type(error).__name__
            met[what] = met.get(what, 0) + 1

    async def clients(url):
        await asyncio.gather(*(client(url) for _ in range(2)))

    threads = []

    def start():
        threads.append(threading.Thread(target=asyncio.run, args=(clients(server.url),)))
        threads[0].start()
        return met

    yield start
    ended.set()
    for thread in threads:
        thread.join(30)


# What runs is what is on disk.


@pytest.mark.long
def test_200_saves_in_a_row_under_load_give_200_right_answers_and_refuse_nobody(server, websocket, hammer):
    server.start()
    met = hammer()
    for number in range(200):
        websocket.write_text(handler(f"answer {number:03}"))  # of equal length, several within a second
        server.serve()
        assert ask(server.url) == f"answer {number:03}"
    assert met["answered"] > 200
    assert set(met) <= {"answered", "closed 1012"}, met


def test_a_save_closes_20_open_connections_with_1012_and_says_so(server, websocket):
    async def clients():
        connections = [await connect(server.url) for _ in range(20)]
        websocket.write_text(handler("new"))
        await asyncio.to_thread(server.serve)
        for connection in connections:
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(connection.recv(), 5)
            yield closed.value.rcvd.code

    async def codes():
        return [code async for code in clients()]

    server.start()
    assert asyncio.run(codes()) == [1012] * 20
    assert server.facts == ["20 open connections were closed with code 1012, because the handler changed."]
    assert ask(server.url) == "new"


PAGE = """async def application(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"NUMBER"})
"""


def page(connection):
    """Ask for a page as a browser does: on a connection that is open, or on a new one where that has ended."""
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    except (HTTPException, ConnectionError):
        connection.close()
        return page(connection)


@pytest.mark.parametrize("asked", [True, False], ids=["it was asked before", "it was opened ahead"])
def test_a_connection_that_a_browser_keeps_open_never_gets_a_page_of_the_old_code(server, project, asked):
    asgi = project / "websocket_app" / "asgi.py"
    asgi.write_text(PAGE.replace("NUMBER", "old 0"))
    server.start()
    for number in range(20):
        connection = HTTPConnection("localhost", server.port, timeout=10)
        connection.connect()
        time.sleep(0.1)  # a client that has only just connected is waited for
        if asked:
            assert page(connection) == f"old {number % 10}"
        asgi.write_text(PAGE.replace("NUMBER", f"old {(number + 1) % 10}"))
        saving = threading.Thread(target=server.serve)
        saving.start()
        while saving.is_alive() and not asked and page(connection) == f"old {number % 10}":
            pass  # while the save runs, either may answer
        saving.join()
        assert page(connection) == f"old {(number + 1) % 10}"
        connection.close()


NEVER_STARTED = """async def lifespan_application(scope, receive, send):
    while (await receive())["type"] != "lifespan.shutdown":
        pass
"""


@pytest.mark.parametrize(
    "file, code, said",
    [
        (
            "websocket.py",
            "while True: pass\n",
            "This line never ends: websocket_app/websocket.py, line 1:\n    while True: pass",
        ),
        (
            "lifespan.py",
            NEVER_STARTED,
            "It waits for lifespan.startup.complete, and your application does not send it.",
        ),
    ],
)
def test_a_worker_that_never_gets_to_serve_is_gone_and_the_port_stays(server, project, monkeypatch, file, code, said):
    server.start()
    port, good = server.port, (project / "websocket_app" / file).read_bytes()
    (project / "websocket_app" / file).write_text(code)
    with monkeypatch.context() as patch, pytest.raises(TutorialError, match=re.escape(said)):
        patch.setattr(spare, "START", 2.0)
        server.serve()
    assert workers(project) == []
    (project / "websocket_app" / file).write_bytes(good)
    server.serve()
    assert server.port == port
    assert server.facts == []
    assert ask(server.url) == "pong!"


@pytest.mark.parametrize("work", [f"import time; time.sleep({FOREVER})", "while True: pass"])
def test_a_handler_stuck_in_a_loop_hardly_delays_the_next_save(server, websocket, work):
    websocket.write_text(handler(work=work))
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        stuck = threading.Thread(target=send_and_wait, args=(server.url,), daemon=True)
        stuck.start()
        until(lambda: server.report()["stuck"])
        websocket.write_text(handler("free"))
        began = time.monotonic()
        server.serve()
        assert ask(server.url) == "free"
        assert time.monotonic() - began < 3  # 0.3 on a machine that does nothing else; FOREVER if it waited
        raw.close()
    stuck.join(10)
    assert not stuck.is_alive()


def send_and_wait(url):
    async def client():
        async with connect(url, close_timeout=1) as websocket:
            await websocket.send("ping")
            await websocket.recv()

    try:
        asyncio.run(client())
    except ConnectionClosed:
        pass


def test_an_edit_in_another_program_is_served_to_the_next_client(server, websocket):
    server.start()
    assert ask(server.url) == "pong!"
    websocket.write_text(handler("from vi"))
    assert ask(server.url) == "from vi"
    assert server.facts == ["websocket_app/ was changed elsewhere. The server runs the new code."]


def test_a_file_time_in_the_future_or_the_past_hides_no_edit(server, websocket):
    server.start()
    for number, when in enumerate([time.time() + 86400, 0, time.time() + 86400, time.time()]):
        websocket.write_text(handler(f"answer {number}"))
        os.utime(websocket, (when, when))
        server.serve()
        assert ask(server.url) == f"answer {number}"


def test_changed_settings_and_new_models_are_served(server, project, websocket):
    source = "from django.conf import settings\nfrom django.apps import apps\n" + handler("X").replace(
        '"X"',
        'f"{settings.TIME_ZONE} {[model.__name__ for model in apps.get_app_config(\'websocket_app\').get_models()]}"',
    )
    websocket.write_text(source)
    server.start()
    assert ask(server.url) == "UTC ['Message']"
    settings = project / "websocket_app" / "settings.py"
    settings.write_text(settings.read_text().replace("'UTC'", "'Asia/Tokyo'"))
    server.serve()
    assert ask(server.url) == "Asia/Tokyo ['Message']"
    models = project / "websocket_app" / "models.py"
    models.write_text(models.read_text() + "\n\nclass Room(models.Model):\n    name = models.TextField()\n")
    server.serve()
    assert ask(server.url) == "Asia/Tokyo ['Message', 'Room']"


# What cannot run says why, and loses nothing.


def test_code_that_cannot_be_imported_names_the_learners_line_and_the_next_good_save_brings_it_back(server, websocket):
    server.start()
    websocket.write_text("import json\nimport nowhere\n")
    said = server.serve()
    assert "ModuleNotFoundError: No module named 'nowhere'" in said
    assert "websocket_app/websocket.py, line 2:\n    import nowhere" in said
    with pytest.raises(InvalidHandshake, match="503"):
        ask(server.url)
    websocket.write_text(handler("back"))
    assert server.serve() == "The server runs the new code."
    assert ask(server.url) == "back"


def test_what_the_notebook_finds_through_pythonpath_a_handler_finds_too(server, websocket, tmp_path, monkeypatch):
    (tmp_path / "library.py").write_text("answer = 'found'\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    websocket.write_text("import library\n" + handler("ANSWER").replace('"ANSWER"', "library.answer"))
    server.start()
    assert ask(server.url) == "found"


@pytest.mark.parametrize("line", ["import os; os._exit(7)", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"])
def test_a_server_that_dies_while_it_imports_is_one_sentence_and_is_not_tried_again(server, websocket, line):
    websocket.write_text(line)
    with pytest.raises(TutorialError, match=r"The server did not start\."):
        server.start()
    server.refresh()  # what every cell does
    assert server.state is State.OFF
    websocket.write_text(handler("back"))
    server.serve()
    assert ask(server.url) == "back"


def test_options_that_uvicorn_refuses_are_one_sentence_and_forgotten(server):
    with pytest.raises(TutorialError, match="unexpected keyword argument 'lifespam'"):
        server.start(lifespam="on")
    server.start()
    assert ask(server.url) == "pong!"


@pytest.mark.parametrize("option", [{"port": 9000}, {"host": "0.0.0.0"}, {"workers": 2}, {"reload": True}])
def test_options_that_the_course_decides_are_one_sentence_and_change_nothing(server, option):
    server.start()
    before = server._serving.worker, server.command
    with pytest.raises(TutorialError, match=rf"^server\.start\(\) takes no {next(iter(option))}:"):
        server.start(**option)
    assert (server._serving.worker, server.command) == before
    assert ask(server.url) == "pong!"


def test_an_option_that_another_process_cannot_get_is_one_sentence(server):
    with pytest.raises(TutorialError, match=r"^server\.start\(loop=…\) takes text, .* type is none of them\."):
        server.start(loop=asyncio.SelectorEventLoop)
    assert server.state is State.OFF


# Killed behind the notebook's back.


def test_a_killed_server_is_brought_back_and_the_learner_is_told(server):
    server.start()
    port = server.port
    os.kill(server._serving.worker.pid, signal.SIGKILL)
    until(lambda: not server._serving.worker.alive)
    assert ask(server.url) == "pong!"
    assert server.port == port
    assert server.facts == ["The server was killed by SIGKILL. It is running again."]


def test_a_killed_spare_costs_time_and_nothing_else(server, websocket):
    server.start()
    server._serving.spare.process.kill()
    websocket.write_text(handler("new"))
    server.serve()
    assert ask(server.url) == "new"
    assert server.facts == []


def test_a_worker_that_imports_for_ever_is_gone_with_its_notebook(project, websocket):
    websocket.write_text("while True: pass\n")
    code = "from tutorial.server.server import Server; Server().start()"
    notebook = subprocess.Popen([sys.executable, "-c", code], cwd=project / "notebooks", start_new_session=True)
    try:
        # The worker has read the project's settings, so it is in the loop or about to be.
        processes = until(lambda: [p for p in workers(project) if p.cpu_times().user > 0.5])
    finally:
        notebook.kill()
        notebook.wait()
    assert survivors(processes) == []


def test_stop_leaves_no_process_and_no_port(server, project):
    server.start()
    port = server.port
    processes = workers(project)
    server.stop()
    assert survivors(processes) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    with pytest.raises(TutorialError, match=r"The server is not running\. .*server\.start\(\)"):
        server.url  # noqa: B018


# Ports.


def stranger(family, address, port):
    """Listen there as another program; the system frees a port a moment after the processes that had it."""
    deadline = time.monotonic() + 1
    while True:
        listener = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform == "linux":  # a minute after connections of a test before that had the same port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            listener.bind((address, port))
            listener.listen()
            return listener
        except OSError:
            listener.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@pytest.mark.parametrize(
    ("family", "address"),
    [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1"), (socket.AF_INET6, "::")],
)
def test_a_port_that_a_stranger_has_on_any_address_is_left_alone(server, first, family, address):
    with stranger(family, address, first):
        server.start()
        assert server.port != first
        assert server.facts == [
            f"Port {first} is taken by another program. This course uses {server.port} from now on."
        ]
        assert ask(server.url) == "pong!"


def test_the_port_stays_when_the_server_is_stopped_and_started(server, first):
    server.start()
    ports = {server.port}
    for _ in range(3):
        server.stop()
        server.start()
        ports.add(server.port)
    assert ports == {first}
    assert server.facts == []


def test_a_port_that_was_taken_while_the_server_was_stopped_is_given_up_for_good(server, first):
    server.start()
    server.stop()
    with stranger(socket.AF_INET, "127.0.0.1", first):
        server.start()
        moved = server.port
        assert moved != first
        assert server.facts == [f"Port {first} is taken by another program. This course uses {moved} from now on."]
        assert ask(server.url) == "pong!"
    server.stop()
    server.start()
    assert server.port == moved


def test_both_addresses_of_localhost_are_the_same_server(server):
    server.start()
    assert ask(f"ws://127.0.0.1:{server.port}/") == "pong!"
    if socket.has_ipv6 and len(server._serving.sockets) == 2:
        assert ask(f"ws://[::1]:{server.port}/") == "pong!"


def test_nobody_else_can_listen_where_the_server_does(server):
    server.start()
    assert listen(server.port) is None
    with pytest.raises(OSError):
        stranger(socket.AF_INET, "127.0.0.1", server.port)


@pytest.mark.parametrize("garbage", ["", "eight", "-1", "80", "99999999", "\x00"])
def test_a_remembered_port_that_is_none_is_ignored(server, project, first, garbage):
    (project / ".course").mkdir()
    (project / ".course" / "port").write_text(garbage)
    server.start()
    assert server.port == first


# The state folder.


@pytest.mark.parametrize("garbage", [None, b"", b"{", b"[1]", b'{"door": "x", "folder": 1}', bytes(9)])
def test_the_state_folder_deleted_or_garbage_while_running(server, project, websocket, garbage):
    server.start()
    port = server.port
    for path in (project / ".course").iterdir():
        path.unlink() if garbage is None else path.write_bytes(garbage)
    if garbage is None:
        (project / ".course").rmdir()
    websocket.write_text(handler("still here"))
    server.serve()
    assert ask(server.url) == "still here"
    assert (project / ".course" / "port").read_text() == str(port)
    server.restart()
    assert "Started server process" in server.log
    other = server_module.Server()  # as another notebook of this folder has it
    other.start()
    assert other.port == port
    other.stop()


def test_a_file_in_the_place_of_the_state_folder_is_one_sentence(server, project):
    (project / ".course").write_text("mine")
    with pytest.raises(TutorialError, match=r"\.course could not be made \(File exists\)"):
        server.start()
    assert (project / ".course").read_text() == "mine"
    (project / ".course").unlink()
    (project / ".course" / "server.log").mkdir(parents=True)
    with pytest.raises(TutorialError, match=r"server\.log could not be written \(Is a directory\)"):
        server.start()
    (project / ".course" / "server.log").rmdir()
    server.start()
    assert ask(server.url) == "pong!"


def test_a_copy_with_the_state_folder_in_it_leaves_the_originals_server_alone(server, tmp_path, project):
    server.start()
    folder = copy(tmp_path / "copy")
    shutil.copytree(project / ".course", folder / ".course")
    code = "from tutorial.server.server import Server; s = Server(); s.start(); print('at', s.port); s.stop()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder / "notebooks", capture_output=True, text=True, timeout=60
    )
    assert f"Port {server.port} is taken" not in done.stderr
    assert "at " in done.stdout and f"at {server.port}\n" not in done.stdout
    assert server.state is State.SERVING
    assert ask(server.url) == "pong!"
    assert server.facts == []
