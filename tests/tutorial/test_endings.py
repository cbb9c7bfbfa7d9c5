"""A process is gone with its kernel, whatever it does at that moment: within 5 seconds no process and no port."""

import random
import signal
import subprocess
import sys

import psutil
import pytest
from handlers import handler
from kernel import own_port, survivors, until
from tutorial.server.sockets import listen

ROUNDS = 2  # of each; 20 of each, 100 in all, were run by hand

# A notebook: it serves a handler, sends it a message, says what processes it has and waits for its end.
NOTEBOOK = """
import asyncio, sys, threading
from websockets.asyncio.client import connect
from tutorial.server.server import Server

server = Server()

async def client():
    async with connect(server.url) as websocket:
        await websocket.send("ping")
        print("in flight", flush=True)
        await asyncio.sleep(1000)

threading.Thread(target=sys.stdin.read, daemon=True).start()
server.start()
asyncio.run(client())
"""
WORKS = {
    "a call of C": "9 ** 9 ** 9",
    "a loop": "while True: pass",
    "a child": "import subprocess; subprocess.Popen(['sleep', '1000'])",
    "a fork": "import os, time; os.fork() or time.sleep(1000)",
    "a deaf worker": "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32)); 9 ** 9 ** 9",
}


def kill(notebook):
    notebook.kill()


def terminate(notebook):
    notebook.terminate()


def interrupt_and_kill(notebook):
    notebook.send_signal(signal.SIGINT)
    notebook.kill()


def start(project):
    own_port(project)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    return subprocess.Popen([sys.executable, "-c", NOTEBOOK], cwd=project / "notebooks", **pipes)


def assert_all_gone(project, processes):
    assert processes
    assert survivors(processes, 5) == []
    listeners = listen(int((project / ".course" / "port").read_text()))
    assert listeners, "the port is still taken"
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize("work", WORKS)
def test_a_process_is_gone_with_its_kernel_whatever_its_handler_does(project, work):
    (project / "websocket_app" / "websocket.py").write_text(handler(work=WORKS[work]))
    for _ in range(ROUNDS):
        with start(project) as notebook:
            next(line for line in notebook.stdout if line.startswith("in flight"))
            family = psutil.Process(notebook.pid)
            least = 4 if work in {"a child", "a fork"} else 3  # the spare, its guard, the worker, and what that made
            processes = until(lambda: len(found := family.children(recursive=True)) >= least and found)  # noqa: B023
            random.choice([kill, terminate, interrupt_and_kill])(notebook)
        assert_all_gone(project, processes)


@pytest.mark.parametrize("line", ["9 ** 9 ** 9", "while True: pass"])
def test_a_spare_that_never_gets_through_the_settings_is_gone_with_its_kernel(project, line):
    settings = project / "websocket_app" / "settings.py"
    settings.write_text(f"{settings.read_text()}\n{line}\n")
    with start(project) as notebook:
        family = psutil.Process(notebook.pid)
        processes = until(lambda: [p for p in family.children(recursive=True) if p.cpu_times().user > 1] and family)
        processes = family.children(recursive=True)
        notebook.kill()
    assert_all_gone(project, processes)
