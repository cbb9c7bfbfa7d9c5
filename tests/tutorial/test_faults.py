"""Faults of the environment: each ends in a sentence, and nothing is lost."""

import json
import random
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
    kept = [json.loads(path.read_text()) for path in (project / ".course" / "history").glob("*.json")]
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
        for cell in ("%progress", "%hint 4.1", "%solution 4.1"):
            assert kernel.run(cell).startswith("The folder .course could not be made"), cell
        assert kernel.run(LOAD, "1 + 1").endswith("2\n")


def test_a_state_folder_that_is_read_only_is_one_sentence(kernel):
    with locked(kernel.folder / ".course"):
        for cell in ("%progress", "%hint 4.1", "%solution 4.1"):
            said = kernel.run(cell)
            assert said.startswith(".course/progress.lock could not be written"), said
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
    assert "An open connection was closed with code 1012, for the handler changed." in said
    said = kernel.run("loop.run_until_complete(ws.recv())")
    assert "1012" in said
    assert "The server restarted while this connection was open. Run the cell again." in said


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
