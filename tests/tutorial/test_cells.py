"""What a cell says of a mistake in it, what it leaves as it is, and what people's machines bring along."""

import subprocess
import sys

import pytest
from copies import copy
from handlers import ASK, SAVE, handler
from kernel import Kernel

LOAD = "%load_ext tutorial\n%lesson 5"
CLIENT = """\
import asyncio
from websockets import connect

async def client():
    async with connect(server.url) as ws:
        await ws.send("ping")
        print("heard", await ws.recv())
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    with Kernel(copy(tmp_path_factory.mktemp("cells") / "course")) as kernel:
        kernel.run(LOAD, SAVE + handler(), CLIENT)
        yield kernel


def said(kernel: Kernel, *cells: str) -> str:
    """Return what cells show, as one line."""
    return " ".join(kernel.run(*cells).split())


# What the learner typed, and what it comes to.
MISTAKES = {
    "coroutine not run": ("client()", "client() runs nothing: asyncio.run(client())"),
    "the handler in a plain cell": (
        handler(),
        "This defines websocket_application in the notebook only. To serve it, begin with %%save "
        "websocket_app/websocket.py",
    ),
    "with for async with": (
        "with connect(server.url) as ws:\n    pass",
        "connect(...) needs `async with`, inside an `async def`.",
    ),
    "uses a closed connection": (
        "async with connect(server.url) as ws:\n    await ws.close()\n    await ws.send('ping')",
        "await ws.send('ping') You closed this connection before line 3.",
    ),
    "TLS where there is none": (
        "await connect(server.url.replace('ws://', 'wss://'))",
        "The course's server speaks ws://, not wss://: use server.url.",
    ),
    "urllib on the WebSocket address": (
        "import urllib.request\nurllib.request.urlopen(server.url)",
        "urlopen(server.url) That address is for WebSockets. The address of the page is server.http_url.",
    ),
    "requests on the WebSocket address": (
        "import requests\nrequests.get(server.url)",
        "requests.get(server.url) That address is for WebSockets. The address of the page is server.http_url.",
    ),
    "TimeoutError": (
        "async with asyncio.timeout(0.01):\n    await asyncio.sleep(1)",
        "TimeoutError, in line",
    ),
    "nobody listens there": (
        "await connect('ws://localhost:9/')",
        "Nothing answers at that address. server.start() starts the server; server.url is its address.",
    ),
    "a name of no cell": ("nobody_made_this", "NameError: name 'nobody_made_this' is not defined"),
    "a magic that is not one": ("%lessn 4", "UsageError: Line magic function `%lessn` not found."),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_cell_is_one_sentence(kernel, mistake):
    cell, words = MISTAKES[mistake]
    shown = said(kernel, cell)
    assert words in shown
    assert "Your application" not in shown and "File " not in shown


@pytest.mark.parametrize(
    "cell",
    [
        "task = asyncio.create_task(client())\nawait task",
        "async def other():\n    pass",
        "async def application(scope, receive, send):\n    pass\n\ndrive(application, {'type': 'http'}).sent",
        "print('uvicorn.run()')",
        "with open('manage.py') as file:\n    pass",
        "import threading\n\ndef work():\n    with asyncio.Runner() as runner:\n        runner.run(client())\n\n"
        "thread = threading.Thread(target=work)\nthread.start()\nthread.join()",
    ],
)
def test_what_is_not_a_mistake_is_not_commented_on(kernel, cell):
    shown = said(kernel, cell)
    assert shown in {"", "heard pong!", "[]", "uvicorn.run()"}


def test_a_cancelled_task_of_ones_own_is_not_the_stop_button(kernel):
    shown = said(kernel, "task = asyncio.create_task(asyncio.sleep(9))\ntask.cancel()\nawait task")
    assert "CancelledError" in shown and "Stopped" not in shown


def test_a_warning_of_ones_own_is_pythons(kernel):
    assert "UserWarning: mind the gap" in kernel.run("import warnings\nwarnings.warn('mind the gap')")


def test_what_is_done_is_written_beside_manage_py(kernel):
    assert "progress.csv is written" in kernel.run("%progress --csv Ada Lovelace")
    assert "Ada Lovelace,1.1," in (kernel.folder / "progress.csv").read_text()


# A server that does not answer.


def test_a_call_that_keeps_the_whole_server_is_named_under_the_client(kernel):
    try:
        shown = said(kernel, SAVE + handler(work="9 ** 9 ** 9"), "asyncio.run(client())")
        line = handler(work="9 ** 9 ** 9").splitlines().index("            9 ** 9 ** 9") + 1
        assert "Nothing came for 2 seconds, in line 7 of cell" in shown
        assert f"stands still, and with it every connection, at websocket_app/websocket.py, line {line}:" in shown
    finally:
        kernel.run(SAVE + handler())


def test_a_file_that_was_changed_elsewhere_and_does_not_start_says_so_in_the_next_cell(kernel):
    try:
        (kernel.folder / "websocket_app" / "websocket.py").write_text("while True:\n    pass\n")
        shown = said(kernel, "1 + 1")
        assert "This line never ends: websocket_app/websocket.py, line" in shown and shown.endswith("2")
    finally:
        kernel.run(SAVE + handler())


# The debugger, after an ordinary error.


def test_the_debugger_finds_the_last_error(kernel):
    kernel.run("def fails(answer):\n    return answer / 0", "fails(42)")
    assert "ZeroDivisionError: division by zero" in kernel.run("%tb")
    for start in ("%debug", "import pdb; pdb.pm()"):
        request = kernel.client.execute(start, allow_stdin=True, stop_on_error=False)
        assert debugged(kernel, request) == "42", start
    kernel.run("%pdb on")
    try:
        request = kernel.client.execute("fails(43)", allow_stdin=True, stop_on_error=False)
        assert debugged(kernel, request) == "43"
    finally:
        kernel.run("%pdb off")


def debugged(kernel, request: str) -> str:
    """Ask a debugger that a cell has started for `answer`, leave it, and return what it said."""
    for command in ("p answer", "q"):
        assert kernel.client.get_stdin_msg(timeout=60)["msg_type"] == "input_request"
        kernel.client.input(command)
    lines = kernel.result(request).splitlines()
    return next(line for line in lines if line.strip() in {"42", "43"}).strip()


# What is lost and comes back.


def test_reset_takes_nothing_away_for_good(kernel):
    assert kernel.run("%reset -f", LOAD, SAVE + handler(), CLIENT, "asyncio.run(client())").endswith("heard pong!\n")
    assert kernel.run("server").startswith("<server: ")


def test_a_lesson_that_begins_again_leaves_the_options_of_its_last_run_behind(kernel):
    try:
        assert "is ready" in kernel.run("%lesson 9", 'server.start(lifespan="on")')
        assert "The server runs the new code." in kernel.run("%lesson 8")
    finally:
        kernel.run(LOAD, SAVE + handler())


# What people's machines have.

DEAD, NO_SCHEME = "http://127.0.0.1:9", "127.0.0.1:9"


@pytest.mark.parametrize("proxy", [DEAD, "socks5://127.0.0.1:9", NO_SCHEME])
def test_no_proxy_stands_between_a_cell_and_its_server(project, proxy):
    variables = dict.fromkeys(["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"], proxy)
    with Kernel(project, no_proxy="example.org", **variables) as kernel:
        shown = kernel.run(LOAD, SAVE + handler(), ASK)
        assert shown.endswith("heard pong!\n")
        page = "import urllib.request\nurllib.request.urlopen(server.http_url).status"
        assert kernel.run(page) == "200\n"
        shown = kernel.run("import os; print(os.environ['http_proxy'], os.environ['no_proxy'])")
        assert shown == f"{proxy} example.org,localhost,127.0.0.1,::1\n"


def test_the_settings_of_another_project_do_no_harm(project):
    with Kernel(project, DJANGO_SETTINGS_MODULE="mysite.settings") as kernel:
        assert kernel.run(LOAD, SAVE + handler(), ASK).endswith("heard pong!\n")


# As the environment of the course finds the helper in any folder.
HELPER = """\
import importlib.util, sys
spec = importlib.util.spec_from_file_location("tutorial", {!r})
sys.modules["tutorial"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["tutorial"])
"""


@pytest.mark.parametrize("start", ["notebooks", "elsewhere"])
def test_files_among_the_notebooks_hide_no_module_of_the_standard_library(project, tmp_path, start):
    names = ("asyncio.py", "http.py", "queue.py", "random.py", "secrets.py")
    with Kernel(project, cwd=project / "notebooks" if start == "notebooks" else tmp_path) as kernel:
        for name in names:
            (project / "notebooks" / name).write_text("raise SystemExit('a file of the learner')\n")
        try:
            shown = kernel.run(HELPER.format(str(project / "notebooks/tutorial/__init__.py")), LOAD)
            assert "Lesson 5 begins" in shown and "Traceback" not in shown and "SystemExit" not in shown
            forget = f"for name in {[name[:-3] for name in names]}: sys.modules.pop(name, None)"
            assert "SystemExit" not in kernel.run(f"{forget}\nimport random, queue, secrets, http")
        finally:
            for name in names:
                (project / "notebooks" / name).unlink()


def test_a_cell_can_ask_the_database(tmp_path):
    with Kernel(copy(tmp_path / "course")) as kernel:
        kernel.run(LOAD)
        ask = "from django.contrib.auth.models import User\nUser.objects.count()"
        shown = said(kernel, ask)
        assert "no such table: auth_user" in shown
        assert shown.endswith("The database has no tables yet. This makes them: %run manage.py migrate")
        kernel.run("%run manage.py migrate")
        assert kernel.run(ask) == "0\n"


def test_a_python_without_the_packages_is_one_sentence_that_names_it(project, tmp_path):
    code = f"""
import sys
sys.path.insert(0, {str(project / "notebooks")!r})
sys.modules["django"] = None
import importlib.util
from IPython.core.interactiveshell import InteractiveShell
find = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == "django" else find(name)
InteractiveShell.instance().run_cell("%load_ext tutorial")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert f"This notebook runs in {sys.executable}, and that Python has no django." in " ".join(done.stdout.split())
    assert "python3 manage.py lab" in done.stdout
    assert "Traceback" not in done.stdout
