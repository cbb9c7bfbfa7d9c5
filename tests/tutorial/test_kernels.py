"""The kernel's life and death: the server goes with it, however it ends, and the port stays the folder's."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from urllib.error import URLError
from urllib.request import Request, urlopen

import psutil
import pytest
from copies import copy
from handlers import ASK, SAVE, handler
from jupyter_client import BlockingKernelClient
from kernel import Kernel, own_port, survivors, until, workers
from tutorial.server.sockets import listen

LOAD = "%load_ext tutorial"
START = "server.start()"


@pytest.fixture
def kernel(project):
    with Kernel(project) as kernel:
        yield kernel


def port_of(folder):
    return int((folder / ".course" / "port").read_text())


def free(port):
    """Tell whether nobody listens on a port of either loopback address; it stays free."""
    listeners = listen(port) or []
    for listener in listeners:
        listener.close()
    return bool(listeners)


# One kernel.


def test_pong_within_seconds_of_a_cold_kernel_and_again_after_a_restart_on_the_same_port(kernel):
    assert kernel.run(LOAD, START, ASK).endswith("heard pong!\n")
    port = port_of(kernel.folder)
    kernel.restart()
    assert kernel.run(LOAD, START, ASK).endswith("heard pong!\n")
    assert port_of(kernel.folder) == port


def test_interrupting_a_cell_leaves_the_server_alone(kernel):
    kernel.run(LOAD, START, ASK)
    before = {process.pid for process in workers(kernel.folder)}
    request = kernel.send("import time; print('sleeping'); time.sleep(60)")
    kernel.wait_for(request, "sleeping")
    kernel.manager.interrupt_kernel()
    assert "Stopped" in kernel.result(request)
    assert kernel.run(ASK).endswith("heard pong!\n")
    assert before <= {process.pid for process in workers(kernel.folder)}


def test_the_prompt_is_back_in_3_seconds_when_a_client_of_a_silent_server_is_stopped(kernel):
    silent = handler(work="continue")
    kernel.run(LOAD, SAVE + silent, "from tutorial import silence; silence.LIMIT = 60")
    request = kernel.send(ASK.replace("await ws.send", "print('connected'); await ws.send"))
    kernel.wait_for(request, "connected")
    began = time.monotonic()
    kernel.manager.interrupt_kernel()
    assert "Stopped, in line" in kernel.result(request)
    assert time.monotonic() - began < 3
    assert kernel.run("1 + 1") == "2\n"


def test_a_killed_server_is_brought_back_by_the_next_cell_which_says_so(kernel):
    kernel.run(LOAD, START, ASK)
    worker = psutil.Process(int(kernel.run("print(server._serving.worker.pid)")))
    worker.kill()
    until(lambda: ended(worker))
    said = kernel.run(ASK)
    assert "heard pong!" in said
    assert "The server was killed by SIGKILL. It is running again." in said
    processes = workers(kernel.folder)
    for process in processes:
        process.kill()
    until(lambda: all(map(ended, processes)))
    said = kernel.run(ASK)
    assert "heard pong!" in said
    assert "The server ended. It is running again." in said


def ended(process):
    """Tell whether a process has ended with all its threads, whoever still has to ask how."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1
    except psutil.NoSuchProcess:
        return True


def test_run_all_pressed_twice(kernel):
    cells = [LOAD, "%lesson 5", SAVE + handler("first"), ASK, SAVE + handler("later"), ASK]
    requests = [kernel.send(cell) for cell in cells * 2]
    said = kernel.result(*requests)
    heard = [line for line in said.splitlines() if line.startswith("heard")]
    assert heard == ["heard first", "heard later"] * 2


def test_saves_and_clients_interrupted_at_any_moment_lose_nothing(kernel):
    random.seed(2)
    kernel.run(LOAD, START)
    whole = [(kernel.folder / "websocket_app" / "websocket.py").read_text()]
    for number in range(12):
        request = kernel.send(SAVE + handler(f"answer {number:02}"))
        time.sleep(random.uniform(0, 0.05))  # the moment is what varies here
        kernel.manager.interrupt_kernel()
        kernel.result(request)
        assert "2\n" in kernel.run("1 + 1")
        whole.append(handler(f"answer {number:02}"))
        assert (kernel.folder / "websocket_app" / "websocket.py").read_text() in whole
        assert "heard" in kernel.run(ASK)
    assert "heard the end" in kernel.run(SAVE + handler("the end"), ASK)
    until(lambda: len(workers(kernel.folder)) <= 4)  # the spare, its guard, the worker that serves and the next one


# Two kernels of one folder.


def test_two_notebooks_of_one_folder_share_the_server_and_say_so(project):
    with Kernel(project, "one.ipynb") as one, Kernel(project, "two.ipynb") as two:
        one.run(LOAD, START, ASK)
        port = port_of(one.folder)
        said = two.run(LOAD, SAVE + handler("from two"), ASK)
        assert f"The server on port {port} moves here from one.ipynb." in said
        assert "heard from two" in said
        said = one.run(ASK)
        assert "The server comes back from two.ipynb to this notebook." in said
        assert "heard from two" in said
        one.run(SAVE + handler("from one"))
        assert "heard from one" in two.run(ASK)
        assert port_of(two.folder) == port
        one.restart()
        assert "heard from one" in two.run(ASK)
        assert "heard from one" in one.run(LOAD, START, ASK)
        two.manager.shutdown_kernel(now=True)
        assert "heard from one" in one.run(ASK)
        assert port_of(one.folder) == port


def test_a_notebook_that_comes_while_another_is_starting_the_server_waits_for_its_turn(project):
    with Kernel(project, "one.ipynb") as one, Kernel(project, "two.ipynb") as two:
        one.run(LOAD, START)
        port = port_of(project)
        two.run(LOAD)
        slow = one.send(SAVE + "import time\ntime.sleep(4)\n" + handler("from one"))
        one.wait_for(slow, "websocket.py: changed")
        said = two.run(START, ASK)
        assert "The server runs the new code." in one.result(slow)
        assert f"The server on port {port} moves here from one.ipynb." in said
        assert "heard from one" in said
        assert port_of(project) == port


def test_two_copies_never_talk_to_each_others_server(project, tmp_path):
    other = copy(tmp_path / "copy")
    with Kernel(project) as one, Kernel(other) as two:
        one.run(LOAD, SAVE + handler("from one"))
        two.run(LOAD, SAVE + handler("from two"))
        assert port_of(one.folder) != port_of(two.folder)
        assert "heard from one" in one.run(ASK)
        assert "heard from two" in two.run(ASK)
        ports = port_of(one.folder), port_of(two.folder)
        one.restart()
        two.restart()
        assert "heard from two" in two.run(LOAD, START, ASK)
        assert "heard from one" in one.run(LOAD, START, ASK)
        assert (port_of(one.folder), port_of(two.folder)) == ports


# Endings.


def test_a_kernel_killed_again_and_again_leaves_no_process_and_keeps_its_port(project):
    ports = set()
    for _ in range(8):
        with Kernel(project) as kernel:
            said = kernel.run(LOAD, START)
            ports.add(port_of(kernel.folder))
            assert "The server is ready" in said
            assert "moves here" not in said
            processes = workers(project)
            kernel.process.kill()
            assert survivors(processes) == []
    assert len(ports) == 1
    assert free(*ports)


@pytest.mark.long
def test_100_random_endings_of_notebooks_leave_no_process_and_no_port(project, tmp_path):
    random.seed(100)
    folders = [copy(tmp_path / str(number)) for number in range(5)]
    for folder in folders:
        own_port(folder)
    left = []
    for _ in range(20):
        for folder, notebook in [(folder, start_notebook(folder)) for folder in folders]:
            until_line(notebook, random.choice(["starts", "starts", "starts", "serves", "saved"]))
            left += workers(folder)
            random.choice([kill, terminate, interrupt, shut_down])(notebook)
            notebook.stdin.close()
            notebook.stdout.close()
    assert survivors(left) == []
    until(lambda: not any(workers(folder) for folder in folders))
    assert all(free(port_of(folder)) for folder in folders)


def start_notebook(folder):
    """Start a process that does what a kernel does: it serves, and saves without a pause until its input ends."""
    code = (
        "import threading, sys; from tutorial.disk.files import write\n"
        "from tutorial.disk.project import PACKAGE; from tutorial.server.server import Server\n"
        "print('starts', flush=True); server = Server(); server.start(); print('serves', flush=True)\n"
        "waiter = threading.Thread(target=sys.stdin.read, daemon=True); waiter.start()\n"
        f"while waiter.is_alive(): write(PACKAGE / 'websocket.py', {handler()!r}.encode()); server.serve(); "
        "print('saved', flush=True)"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-c", code], cwd=folder / "notebooks", text=True, **pipes)


def until_line(notebook, word):
    return next(line for line in notebook.stdout if line.startswith(word))


def kill(notebook):
    notebook.kill()
    notebook.wait(20)


def terminate(notebook):
    notebook.terminate()
    notebook.wait(20)


def interrupt(notebook):
    notebook.send_signal(signal.SIGINT)
    kill(notebook)


def shut_down(notebook):
    notebook.stdin.close()
    notebook.stdout.close()
    notebook.wait(20)


def test_a_jupyter_server_killed_takes_its_kernel_and_its_server_with_it(project, tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    options = [
        "--no-browser",
        "--allow-root",
        "--IdentityProvider.token=secret",
        f"--port={address.rpartition(':')[2]}",
    ]
    jupyter = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "server", *options],
        cwd=project / "notebooks",
        env={**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path)},
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: list(tmp_path.glob("jpserver-*.json")), 60)
        request = Request(f"{address}/api/kernels", b"{}", {"Authorization": "token secret"})
        kernel = json.load(until(lambda: opened(request), 60))["id"]
        client = BlockingKernelClient(connection_file=str(tmp_path / f"kernel-{kernel}.json"))
        client.load_connection_file()
        client.start_channels()
        until(lambda: ready(client), 60)
        client.execute_interactive(f"{LOAD}\n{START}", timeout=60, output_hook=lambda message: None)
        client.stop_channels()
        processes = psutil.Process(jupyter.pid).children(recursive=True)
        assert set(workers(project)) <= set(processes)
        assert len(processes) - 1 <= 4  # beside the kernel: the spare, its guard, the worker and the next one
    finally:
        jupyter.kill()
        jupyter.wait()
    assert survivors(processes, 20) == []


def ready(client):
    """Tell whether a kernel answers; a client that did not start it takes a slow start for a death."""
    try:
        client.wait_for_ready(timeout=60)
    except RuntimeError:
        return False
    return True


def opened(request):
    """Return the answer to a request, or None where nobody answers yet."""
    try:
        return urlopen(request, timeout=20)
    except URLError:
        return None


# A kernel in the wrong place.


def test_a_kernel_that_runs_elsewhere_works_in_the_course(project, tmp_path):
    with Kernel(project, cwd=tmp_path, PYTHONPATH=str(project / "notebooks")) as kernel:
        said = kernel.run(LOAD, SAVE + handler("here"), ASK, "import os; print(os.getcwd())")
        assert "heard here" in said
        assert str(project) in said


def test_loaded_again_the_server_is_the_same_and_nothing_is_said_twice(kernel):
    kernel.run("%load_ext tutorial", SAVE + handler("pong!", "print('once')"), "server = None")
    assert kernel.run("%reload_ext tutorial") == ""
    assert kernel.run(ASK) == "heard pong!\nserver │ once\n"


def test_a_copy_of_the_notebooks_alone_is_one_sentence(project, tmp_path):
    folder = tmp_path / "desktop"
    shutil.copytree(project / "notebooks", folder / "notebooks")
    with Kernel(folder) as kernel:
        began = time.monotonic()
        said = kernel.run(LOAD)
        assert time.monotonic() - began < 10  # 1 to 3 seconds, importing included, on a machine of its own
        assert "There is no manage.py beside desktop/notebooks." in said
        assert "python3 manage.py lab" in " ".join(said.split())
        assert "Traceback" not in said


def test_a_client_before_the_server_is_one_sentence(kernel):
    said = kernel.run(LOAD, ASK)
    assert said == "The server is not running. Start it in a cell of its own: server.start()\n"
