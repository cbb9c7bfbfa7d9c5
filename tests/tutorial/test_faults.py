"""Faults of the environment: each ends in a sentence, and nothing is lost."""

import json
import random
import re
import shutil
import signal
import time

import pytest
from copies import copy
from handlers import ASK, SAVE, handler
from kernel import Kernel, locked, survivors, workers

LOAD = "%load_ext tutorial"
SLEEPY = "import time\ntime.sleep(2)\n"  # a file that takes its time to be imported


@pytest.fixture
def kernel(project):
    with Kernel(project) as kernel:
        kernel.run(LOAD)
        yield kernel


def websocket(folder):
    return (folder / "websocket_app" / "websocket.py").read_text()


@pytest.mark.parametrize("way", ["restart", "kill -9"])
def test_a_kernel_that_ends_in_the_middle_of_a_save(kernel, way):
    kernel.run(SAVE + handler("before"))
    request = kernel.send(SAVE + SLEEPY + handler("after"))
    kernel.wait_for(request, "websocket.py: changed")  # the file is written, the server loads it
    processes = workers(kernel.folder)
    if way == "kill -9":
        kernel.process.send_signal(signal.SIGKILL)
    kernel.restart()
    assert survivors(processes) == []
    assert websocket(kernel.folder) == SLEEPY + handler("after")
    said = kernel.run(LOAD, "server.start()", ASK, "%restore")
    assert "heard after" in said
    assert "websocket_app/websocket.py" in said  # "before" is in the history
    assert "taken" not in said


def test_one_notebook_open_twice_saving_at_the_same_time(project):
    with Kernel(project) as left, Kernel(project) as right:
        left.run(LOAD)
        right.run(LOAD)
        for number in range(3):
            cells = {kernel: SAVE + handler(f"{name} {number}") for kernel, name in ((left, "left"), (right, "right"))}
            requests = {kernel: kernel.send(cell) for kernel, cell in cells.items()}
            said = [kernel.result(request) for kernel, request in requests.items()]
            assert all("The server runs the new code." in text for text in said), said
            assert websocket(project) in {handler(f"left {number}"), handler(f"right {number}")}
            answer = next(name for name in ("left", "right") if f"{name} {number}" in websocket(project))
            assert f"heard {answer} {number}" in left.run(ASK)
            assert f"heard {answer} {number}" in right.run(ASK)
    kept = list((project / ".course" / "history").glob("[0-9]*/websocket_app/websocket.py"))
    assert len(kept) >= 3


def test_a_cell_that_runs_before_the_one_it_needs_names_that_one(project):
    cells = ["import asyncio\nfrom websockets.asyncio.client import connect", "async def client():\n    pass", "x = 1"]
    notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in [SAVE, *cells]]}
    (project / "notebooks" / "shuffled.ipynb").write_text(json.dumps(notebook))
    with Kernel(project, "shuffled.ipynb") as kernel:
        kernel.run(LOAD)
        said = kernel.run("asyncio.run(client())")
        assert "NameError: name 'asyncio' is not defined" in said
        assert said.endswith(
            "A cell of this notebook makes asyncio, and it has not run yet. Run it first:\n    import asyncio\n"
        )
        assert kernel.run("client()").endswith("Run it first:\n    async def client():\n")
        assert "Run it first" not in kernel.run("nowhere")
    (project / "notebooks" / "shuffled.ipynb").unlink()


def test_a_read_only_checkout_is_one_sentence(tmp_path):
    folder = copy(tmp_path / "course")
    with locked(folder / "websocket_app"), locked(folder), Kernel(folder, own=False) as kernel:
        began = time.monotonic()
        said = kernel.run(LOAD, SAVE + handler("new"))
        assert time.monotonic() - began < 10  # 1 to 3 on a machine of its own, most of it importing
        assert "could not be " in said
        assert "writable" in said
        assert "Traceback" not in said
        said = kernel.run("server.start()")
        assert said.startswith("The folder .course could not be made")
        assert "Traceback" not in said
        assert kernel.run("%hint 4.1").startswith("The folder .course/progress could not be made")
        for cell in ("%progress", "%solution 4.1"):
            assert re.search("^· ", kernel.run(cell), re.MULTILINE), cell  # they only read
        assert kernel.run(LOAD, "1 + 1").endswith("2\n")


def test_a_state_folder_that_is_read_only_is_one_sentence(kernel):
    with locked(kernel.folder / ".course"):
        said = kernel.run("%hint 4.1")
        assert said.startswith("The folder .course/progress could not be made"), said
        assert "Traceback" not in said


def test_the_state_folder_deleted_between_two_cells(kernel):
    said = kernel.run(SAVE + handler("one"))
    port = (kernel.folder / ".course" / "port").read_text()
    shutil.rmtree(kernel.folder / ".course")
    said = kernel.run(ASK, SAVE + handler("two"), ASK, "%restore")
    assert "heard one" in said
    assert "heard two" in said
    assert "websocket_app/websocket.py" in said
    assert (kernel.folder / ".course" / "port").read_text() == port


def test_a_client_is_told_that_a_save_closed_its_connection(kernel):
    kernel.run(SAVE + handler("one"))
    connect = "import asyncio\nfrom websockets.asyncio.client import connect\n"
    open_one = f"{connect}loop = asyncio.get_event_loop()\nws = loop.run_until_complete(connect(server.url))"
    said = kernel.run(open_one, SAVE + handler("two"))
    assert "An open connection was closed with code 1012, because the handler changed." in said
    said = kernel.run("loop.run_until_complete(ws.recv())")
    assert "1012" in said
    assert "The server restarted while this connection was open. Run the cell again." in said


SILENT = "import asyncio\nfrom websockets.asyncio.client import connect\nasync def wait():\n"
SILENT += "    async with connect(server.url) as ws:\n        await ws.recv()\nasyncio.run(wait())"


def test_an_error_as_deep_as_python_allows_leaves_the_next_ones_short(kernel):
    said = kernel.run(SAVE + handler(), "def f(): return f()\nf()")
    assert "RecursionError" in said and "unregistering" not in said
    assert len(kernel.run(SILENT).splitlines()) < 15


def test_a_group_of_errors_names_each_of_them_and_its_line(kernel):
    cell = """import asyncio
async def one():
    raise ValueError("the first")
async def two():
    raise OSError("the second")
async def both():
    async with asyncio.TaskGroup() as group:
        group.create_task(one())
        group.create_task(two())
asyncio.run(both())"""
    said = kernel.run(cell)
    assert "ExceptionGroup" in said
    assert "ValueError: the first, in line 3 of cell [2]:" in said
    assert "OSError: the second, in line 5 of cell [2]:" in said


@pytest.mark.parametrize("line, called", [("ws.send('ping')", "send"), ("print(ws.recv())", "recv")])
def test_a_client_without_await_is_told_so_and_no_handler_is_blamed(kernel, line, called):
    cell = SILENT.replace("await ws.recv()", f"{line}\n        await ws.recv()")
    for _ in range(2):  # also when the same cell runs again
        said = kernel.run(SAVE + handler(), cell)
        assert f"{called}(...) without `await` does nothing, in line 5 of cell [" in said
        assert line in said and "RuntimeWarning" not in said and "Your application" not in said


def test_a_call_without_await_is_told_also_where_no_server_runs(kernel):
    said = kernel.run("import asyncio\nasync def f(): asyncio.sleep(0)\nasyncio.run(f())")
    assert said.splitlines()[0] == "sleep(...) without `await` does nothing, in line 2 of cell [2]:"


def test_what_a_class_makes_and_nobody_awaits_has_the_name_of_the_class(kernel):
    made = "from django.core.asgi import get_asgi_application\nours = get_asgi_application()"
    said = kernel.run(f"{made}\nours({{}}, 1, 2)\nprint()").strip()
    assert said.splitlines()[0] == "ASGIHandler(...) without `await` does nothing, in line 3 of cell [2]:"


def test_a_misspelt_event_type_that_a_handler_waits_for_is_named_with_its_line(kernel):
    for right, wrong in [("connect", "conect"), ("receive", "recieve"), ("receive", "Receive")]:
        code = handler().replace(f'"websocket.{right}"', f'"websocket.{wrong}"', 1)
        said = " ".join(kernel.run(SAVE + code, ASK).split())
        assert f"There is no event type 'websocket.{wrong}'; is it 'websocket.{right}'?" in said, said


def test_a_new_file_with_nearly_the_name_of_another_is_questioned(kernel):
    said = kernel.run("%%save websocket_app/websockets.py\n" + handler())
    assert "websockets.py: new, " in said and "There is also websocket.py: did you mean that?" in said


def test_a_check_of_a_server_that_stands_still_names_the_line_also_after_a_client(kernel):
    asked = [kernel.send(cell) for cell in (SAVE + handler(work="while True: pass"), ASK, "%check 4.1")]
    kernel.result(*asked[:2])
    check = kernel.result(asked[2])
    assert "The event loop stands still" in check and "while True: pass" in check, check
    assert "the second command stands beside the first" not in check


def test_a_stop_while_the_server_starts_with_an_edit_from_elsewhere_is_one_sentence(kernel):
    kernel.run(SAVE + handler("first"))
    path = kernel.folder / "websocket_app" / "websocket.py"
    path.write_text("import time\ntime.sleep(5)\n" + handler("second"))
    request = kernel.send("1 + 1")
    time.sleep(1.5)
    kernel.manager.interrupt_kernel()
    said = kernel.result(request)
    assert "Stopped before the server was ready. The next cell that needs it starts it again." in said
    assert "Traceback" not in said and "tutorial/" not in said
    path.write_text(handler("third"))
    assert "heard third" in kernel.run(ASK)


def test_an_interrupted_save_of_a_file_that_never_ends_importing(kernel):
    kernel.run(SAVE + handler("good"))
    request = kernel.send(SAVE + "while True: pass\n")
    kernel.wait_for(request, "websocket.py: changed")
    time.sleep(random.uniform(0, 0.2))
    began = time.monotonic()
    kernel.manager.interrupt_kernel()
    kernel.result(request)
    assert time.monotonic() - began < 3
    began = time.monotonic()
    assert kernel.run("1 + 1") == "2\n"  # does not try it again
    assert time.monotonic() - began < 3
    assert "heard good again" in kernel.run(SAVE + handler("good again"), ASK)
