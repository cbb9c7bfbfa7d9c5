"""The process that serves: what it says when it cannot, what it lets through, and what it keeps to itself."""

import asyncio
import os
import random
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from handlers import ask, handler
from kernel import own_port, until
from tutorial.disk import system
from tutorial.disk.project import TutorialError
from tutorial.record.nets import Watched, compile_ahead
from tutorial.record.recorder import Recorder
from tutorial.server import serving
from tutorial.server.server import State
from tutorial.worker.report import Reporter
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake


@pytest.fixture(autouse=True)
def port(project):
    own_port(project)


@pytest.fixture
def websocket(project):
    return project / "websocket_app" / "websocket.py"


def send_and_stay(url):
    """Send a message from another thread, for a handler that does not answer."""

    async def client():
        async with connect(url, close_timeout=1) as websocket:
            await websocket.send("ping")
            await asyncio.sleep(60)

    threading.Thread(target=asyncio.run, args=(client(),), daemon=True).start()


# What cannot be served says why.


def test_a_call_of_c_that_holds_the_interpreter_is_reported_with_its_line(server, websocket):
    websocket.write_text(handler(work="9 ** 9 ** 9"))
    server.start()
    send_and_stay(server.url)
    stuck = until(lambda: (server.report() or {}).get("stuck"))
    assert stuck["path"] == "websocket_app/websocket.py"
    assert stuck["code"] == "9 ** 9 ** 9"
    assert websocket.read_text().splitlines()[stuck["line"] - 1].strip() == "9 ** 9 ** 9"
    websocket.write_text(handler("free"))
    server.serve()
    assert ask(server.url) == "free"


@pytest.mark.parametrize("name", ["websocket.py", "settings.py"])
@pytest.mark.parametrize("line", ["while True: pass", "9 ** 9 ** 9"])
def test_a_line_that_never_ends_at_import_is_named_also_by_the_next_cell(server, project, name, line):
    path = project / "websocket_app" / name
    good = path.read_text()
    server.start()
    path.write_text(f"{good}\n{line}\n")
    said = rf"(?s)^The server did not start\. This line never ends: websocket_app/{name}, line \d+:\n    "
    with pytest.raises(TutorialError, match=said + line.replace("*", r"\*")):
        server.serve()
    with pytest.raises(TutorialError, match=said):
        server.url  # noqa: B018
    server.refresh()
    path.write_text(good)
    server.serve()
    assert ask(server.url) == "pong!"


def test_a_file_that_takes_its_time_is_not_taken_for_endless(server, websocket):
    websocket.write_text("import time\ntime.sleep(4)\n" + handler())
    server.start()
    assert ask(server.url) == "pong!"


@pytest.mark.parametrize(
    ("work", "said"),
    [
        ("import os; os.kill(os.getpid(), 9)", "The server was killed by SIGKILL. The next cell starts it again."),
        ("import os; os._exit(7)", "The server ended with exit status 7; os._exit() in a handler does this. The next "),
    ],
)
def test_a_handler_that_ends_its_process_is_said_as_it_was(server, websocket, work, said):
    websocket.write_text(handler(work=work))
    server.start()
    send_and_stay(server.url)
    until(lambda: not server._serving.worker.alive)
    assert server.report() is None
    assert server.facts[-1].startswith(said)
    assert server.state is State.DEAD
    websocket.write_text(handler("back"))
    assert ask(server.url) == "back"
    assert server.facts[-1] == "The server is running again."


def test_a_renamed_function_is_found(server, websocket):
    websocket.write_text(handler().replace("websocket_application", "websocket_app"))
    server.start()
    assert server.trouble["message"].startswith("cannot import name 'websocket_application'")
    more = "websocket_app/websocket.py defines no `websocket_application`; line 1 defines `websocket_app`."
    assert server.trouble["more"] == more
    assert more in server.describe()


def test_a_variable_of_the_notebook_is_not_in_the_server(server, websocket):
    websocket.write_text("from __main__ import answer\n" + handler())
    server.start()
    said = server.describe()
    assert "ImportError: cannot import name 'answer' from '__main__'" in said
    assert "websocket_app/websocket.py, line 1:\n    from __main__ import answer" in said
    assert "The server is another process: it has none of the notebook's variables." in said


def test_a_file_that_is_not_utf_8_is_said_so(server, websocket):
    websocket.write_bytes(handler().encode("utf-16"))
    server.start()
    assert "websocket_app/websocket.py is not UTF-8." in server.describe()


def test_what_is_right_is_compiled_ahead_and_what_is_not_is_left_to_its_import(project):
    package = project / "websocket_app"
    right = {str(path) for path in package.rglob("*.py")}
    (package / "other.py").write_text('WRONG = "a" is "b"\n')
    (package / "another.py").write_text("def broken(:\n")
    Watched.compiled.clear()
    compile_ahead(package)
    assert Watched.compiled.keys() == right


def test_a_warning_of_pythons_is_said_each_time_though_files_are_compiled_ahead(server, websocket):
    (websocket.parent / "other.py").write_text('WRONG = "a" is "b"\n')
    websocket.write_text("from websocket_app import other\n" + handler("first"))
    server.start()
    assert "SyntaxWarning" in server.log
    until(lambda: server._serving.spare.waiting)  # forked when the files above had been compiled
    for answer in ("other", "first"):
        websocket.write_text("from websocket_app import other\n" + handler(answer))
        server.serve()
        assert "SyntaxWarning" in server.log
        assert ask(server.url) == answer


@pytest.mark.parametrize("name", ["random", "django", "uvicorn"])
def test_a_file_that_hides_a_package_is_named(server, project, name):
    path = project / f"{name}.py"
    path.write_text("print('mine')\n")
    said = f"{name}.py beside manage.py hides the package `{name}`: rename the file."
    try:
        server.start()
        assert said in server.describe() or said in server.facts
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ws": "wsprot"}, "uvicorn does not take ws='wsprot'."),
        ({"loop": "uvlop", "lifespan": "on"}, "uvicorn does not take loop='uvlop'."),
        ({"lifespan": "no"}, "uvicorn does not take lifespan='no'."),
    ],
)
def test_an_option_that_uvicorn_does_not_know_is_named_and_the_next_save_serves(server, websocket, options, said):
    server.start()
    with pytest.raises(TutorialError) as raised:
        server.start(**options)
    assert said in str(raised.value)
    assert str(raised.value).endswith("Start it without: server.start()")
    websocket.write_text(handler("good"))
    assert server.serve() == "The server runs the new code."
    assert ask(server.url) == "good"


def test_settings_that_raise_are_read_again_when_they_are_mended(server, project):
    settings = project / "websocket_app" / "settings.py"
    good = settings.read_text()
    settings.write_text("import nowhere\n" + good)
    server.start()
    assert "websocket_app/settings.py, line 1:\n    import nowhere" in server.describe()
    settings.write_text(good)
    assert server.serve() == "The server runs the new code."
    assert ask(server.url) == "pong!"


# Who reads the reason.


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:8000"])
def test_this_machine_reads_why_the_project_cannot_run(server, websocket, host):
    websocket.write_text("import nowhere\n")
    server.start()
    status, body = get(server, host)
    assert status == 503
    assert "No module named 'nowhere'" in body and "websocket.py, line 1" in body


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:80", "", "[", "[::2]"])
def test_a_page_of_elsewhere_reads_nothing_of_the_project(server, websocket, host):
    websocket.write_text("import nowhere\n")
    server.start()
    status, body = get(server, host)
    assert status == 400
    assert "nowhere" not in body and "websocket" not in body and "import" not in body


def get(server, host):
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/", headers={"Host": host})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


# The environment of a worker.


def test_a_variable_that_the_notebook_changes_reaches_the_next_worker(server, websocket, monkeypatch):
    websocket.write_text("import os\n" + handler("X").replace('"X"', 'os.environ.get("GREETING", "none")'))
    server.start()
    assert ask(server.url) == "none"
    monkeypatch.setenv("GREETING", "hello")
    server.restart()
    assert ask(server.url) == "hello"


def test_the_worker_has_the_courses_own_settings_and_is_async_safe(server, websocket, monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "another.settings")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    names = "[os.environ.get(n, '-') for n in ('DJANGO_SETTINGS_MODULE', 'DJANGO_ALLOW_ASYNC_UNSAFE')]"
    websocket.write_text("import os\n" + handler("X").replace('"X"', f'" ".join({names})'))
    server.start()
    assert ask(server.url) == "websocket_app.settings -"


def test_there_is_no_terminal_behind_the_server(server, websocket):
    websocket.write_text("import sys\n" + handler("X").replace('"X"', "repr(sys.stdin.read())"))
    server.start()
    assert ask(server.url) == "''"


# What a handler says.


def test_logging_and_stderr_of_a_handler_are_reported_like_print_and_uvicorns_lines_are_not(server, websocket):
    work = "logging.warning('careful'); print('mistake', file=sys.stderr); print('plain'); logger.error('own')"
    head = "import logging, sys\nlogging.basicConfig(format='%(message)s')\nlogger = logging.getLogger(__name__)\n"
    websocket.write_text(head + handler(work=work))
    server.start()
    assert ask(server.url) == "pong!"
    assert server.report()["printed"] == ["careful", "mistake", "plain", "own"]
    assert "WebSocket / 101" in server.log or "connection open" in server.log


def test_a_handler_that_floods_the_log_does_not_fill_the_disk(server, websocket):
    websocket.write_text(handler(work="for _ in range(300): print('x' * 99_999)"))
    server.start()
    for _ in range(2):
        ask(server.url)
    log = serving.LOG
    until(lambda: log.stat().st_size < 4_000_001)
    assert ask(server.url) == "pong!"
    until(lambda: log.stat().st_size < 4_000_001)
    assert "What came before is dropped" in server.log


def test_a_report_consumes_nothing_and_a_cursor_is_of_one_worker(server, websocket):
    websocket.write_text(handler(work="print('here')"))
    server.start()
    ask(server.url)
    first = server.report()
    assert first["printed"] == ["here"] and server.report()["printed"] == ["here"]
    assert server.report(first["cursor"])["printed"] == []
    server.restart()
    ask(server.url)
    assert server.report(first["cursor"])["printed"] == ["here"]
    assert server.report()["worker"] > first["worker"]


class Late(list):
    """Entries whose writer is held up by the machine, for a moment."""

    def __iter__(self):
        time.sleep(0.3)
        return super().__iter__()


def test_a_standstill_that_is_over_is_reported_with_its_seconds(project):
    recorder, entry, loop = Recorder(project), {}, asyncio.new_event_loop()
    recorder.block = lambda place: Late([entry])
    recorder.opened.set()
    reporter = Reporter(recorder, [])
    reporter.follow(loop)
    for work in loop.run_forever, reporter.watch:
        threading.Thread(target=work, daemon=True).start()
    over = threading.Event()
    loop.call_soon_threadsafe(time.sleep, 0.5)
    loop.call_soon_threadsafe(over.set)
    assert over.wait(5)
    assert reporter.report(0, 0)["stuck"] is None and entry["seconds"] > 0.4
    recorder.opened.clear()
    loop.call_soon_threadsafe(loop.stop)


# Forks of a handler, and systems without fork.


def test_what_a_handler_forks_answers_nobody_and_keeps_no_port(server, websocket):
    websocket.write_text(handler("old", "import os, time; os.fork() or time.sleep(600)"))
    server.start()
    assert ask(server.url) == "old"
    websocket.write_text(handler("new"))
    server.serve()
    assert {ask(server.url) for _ in range(20)} == {"new"}
    port = server.port
    server.stop()
    server.start()
    assert server.port == port


def test_where_there_is_no_fork_the_spare_serves_and_another_one_takes_its_place(server, websocket, monkeypatch):
    monkeypatch.setattr(system, "FORKS", False)
    server.start()
    assert ask(server.url) == "pong!"
    for number in range(4):
        if number % 2:
            until(lambda: not server._serving.spare.used)
        websocket.write_text(handler(f"answer {number}"))
        server.serve()
        assert ask(server.url) == f"answer {number}"
    os.kill(server._serving.worker.pid, 9)
    until(lambda: not server._serving.worker.alive)
    assert ask(server.url) == "answer 3"
    assert server.facts[-1] == "The server was killed by SIGKILL. It is running again."


def test_what_windows_needs_is_named_in_one_place():
    new_group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200)
    assert system.apart(windows=True) == {"creationflags": new_group | 0x08000000}  # CREATE_NO_WINDOW
    assert system.apart(windows=False) == {"start_new_session": True}
    assert system.uvicorn_options(windows=False) == {}
    import uvicorn

    config = uvicorn.Config(None, **system.uvicorn_options(windows=True))
    assert config.get_loop_factory() is asyncio.SelectorEventLoop


# States.


def test_the_states_of_a_server(server, websocket):
    assert server.state is State.OFF
    server.start()
    assert server.state is State.SERVING
    server.stop()
    assert server.state is State.STOPPED
    assert server.serve() == "The server is stopped: server.start() runs the new code."
    server.refresh()
    assert server.state is State.STOPPED
    server.fresh()
    assert server.state is State.SERVING and ask(server.url) == "pong!"
    number = server.report()["worker"]
    server.fresh()
    assert server.report()["worker"] > number  # that one was visited
    number = server.report()["worker"]
    server.fresh()
    assert server.report()["worker"] == number
    websocket.write_text("import os; os._exit(3)")
    with pytest.raises(TutorialError, match=r"The server did not start\. It ended with exit status 3"):
        server.serve()
    assert server.state is State.OFF
    websocket.write_text(handler())
    assert server.serve() == "The server runs the new code."


def test_an_app_that_cannot_run_is_refused_to_websockets_with_503(server, websocket):
    websocket.write_text("import nowhere\n")
    server.start()
    with pytest.raises(InvalidHandshake, match="503"):
        ask(server.url)


def test_interrupted_at_any_moment_of_a_start_nothing_is_half_started(server):
    random.seed(5)
    for _ in range(3):
        timer = threading.Timer(random.uniform(0, 0.6), os.kill, (os.getpid(), 2))
        timer.start()
        try:
            server.start()
            timer.cancel()
        except KeyboardInterrupt:
            assert server.state in {State.INTERRUPTED, State.SERVING}
        if server.state is State.INTERRUPTED:
            assert server._serving.spare is None and server._serving.sockets == []
        assert ask(server.url) == "pong!"
        server.stop()
