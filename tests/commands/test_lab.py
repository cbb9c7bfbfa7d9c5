"""JupyterLab, as `manage.py lab` starts it."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from courses import clean_environment, manage, new_course, one_sentence
from websockets.sync.client import connect


class Lab:
    """A JupyterLab that `manage.py lab` runs; `url` is the address that it prints."""

    def __init__(self, folder: Path, *arguments: str, **changes: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(folder / "manage.py"), "lab", "--no-browser", *arguments],
            cwd=tempfile.gettempdir(),
            env=clean_environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        patience = threading.Timer(60, self.process.kill)
        patience.start()
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if "?token=" in line:
                break
        patience.cancel()
        assert "?token=" in self.said[-1], "".join(self.said)
        self.url = re.search(r"http://\S+", self.said[-1])[0]
        self.base, self.token = re.fullmatch(r"(.*/)lab/tree/.*\?token=(\w+)", self.url).groups()
        threading.Thread(target=self.process.stdout.read, daemon=True).start()  # a full pipe would stop it
        self.wait(seconds=30)

    def wait(self, seconds: float) -> None:
        """Wait until it listens: it prints its address a moment before, and nothing after."""
        host, port = re.search(r"//(\w+):(\d+)/", self.url).groups()
        deadline = time.monotonic() + seconds
        while True:
            try:
                return socket.create_connection((host, int(port)), timeout=seconds).close()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def ask(self, path: str, data: dict | None = None, token: bool = True) -> tuple[int, bytes]:
        headers = {"Authorization": f"token {self.token}"} if token else {}
        body = json.dumps(data).encode() if data is not None else None
        request = urllib.request.Request(self.base + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Started in another folder, for a user with a kernel of their own, at a port that is taken."""
    folder = new_course(tmp_path_factory.mktemp("lab") / "course", ["%load_ext tutorial"], ["1"])
    home = tmp_path_factory.mktemp("home")
    data = home / "data"
    (data / "kernels" / "python3").mkdir(parents=True)
    other = {"argv": ["/nowhere/python", "{connection_file}"], "display_name": "Another", "language": "python"}
    (data / "kernels" / "python3" / "kernel.json").write_text(json.dumps(other))
    with tempfile.TemporaryDirectory() as runtime, socket.create_server(("localhost", 0)) as stranger:
        own = {"HOME": str(home), "JUPYTER_DATA_DIR": str(data), "JUPYTER_RUNTIME_DIR": runtime}
        taken = stranger.getsockname()[1]
        running = Lab(folder, "--port", str(taken), "--", "--ServerApp.base_url=/class/", **own)
        running.folder, running.taken, running.runtime = folder, taken, runtime
        yield running
        running.process.kill()
        running.process.wait(20)


def test_it_opens_at_lesson_1(lab):
    assert "/lab/tree/notebooks/01_Lesson_of_a_test.ipynb?" in lab.url
    assert lab.ask("lab/tree/notebooks/01_Lesson_of_a_test.ipynb")[0] == 200


def test_a_taken_port_does_not_matter(lab):
    assert not lab.url.startswith(f"http://localhost:{lab.taken}/")


def test_what_stands_behind_the_dashes_goes_through(lab):
    assert lab.base.endswith("/class/")


def test_without_the_token_there_is_nothing(lab):
    assert lab.ask("api/contents", token=False)[0] == 403
    assert b"Token authentication" in lab.ask("lab", token=False)[1]  # the page that asks for it


def test_it_listens_on_this_machine_only(lab):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; tells the address towards the network
        except OSError:
            pytest.skip("no network, so no other address to listen on")
        address = probe.getsockname()[0]
    with pytest.raises(OSError):
        socket.create_connection((address, int(re.search(r":(\d+)/", lab.base)[1])), timeout=2)


def test_nobody_is_asked_about_news(lab):
    page = lab.ask("lab")[1].decode()
    assert "@jupyterlab/apputils-extension:announcements" in page.partition("disabledExtensions")[2][:500]


def test_the_file_browser_shows_the_whole_course(lab):
    names = {entry["name"] for entry in json.loads(lab.ask("api/contents")[1])["content"]}
    assert {"manage.py", "notebooks", "websocket_app"} <= names


@pytest.mark.parametrize("there", ["127.0.0.1", "::1", "::"])
def test_nobody_else_can_listen_where_a_browser_looks_for_it(lab, there):
    port = int(re.search(r":(\d+)/", lab.url)[1])
    with socket.socket(socket.AF_INET6 if ":" in there else socket.AF_INET) as attacker:
        attacker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            attacker.bind((there, port))
            attacker.listen()


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_a_port_that_somebody_has_on_the_other_loopback_is_left_alone(course):
    with socket.socket(socket.AF_INET6) as attacker:
        attacker.bind(("::1", 0))
        attacker.listen()
        port = attacker.getsockname()[1]
        running = Lab(course(["1"]), "--port", str(port))
        try:
            assert f":{port}/" not in running.url
        finally:
            running.process.kill()
            running.process.wait(20)


def test_the_kernel_is_this_python_and_stands_in_notebooks(lab):
    specs = json.loads(lab.ask("api/kernelspecs")[1])["kernelspecs"]
    assert [spec["spec"]["display_name"] for spec in specs.values()] == ["Python 3 (ipykernel)"]
    path = "notebooks/01_Lesson_of_a_test.ipynb"
    session = {"path": path, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
    status, answer = lab.ask("api/sessions", session)
    assert status == 201, answer
    (lab.folder / "notebooks" / "random.py").write_text("raise SystemExit('a file of the learner')")
    code = "import os, shutil, sys; print(sys.executable); print(os.getcwd()); print(shutil.which('uvicorn'))"
    code += "; print(sys.modules['debugpy'])"
    kernel = json.loads(answer)["kernel"]["id"]
    said = execute(lab, kernel, code)
    python, folder, uvicorn, debugger = said.split()
    assert debugger == "None", "it would listen on a port, for all users of the machine"
    assert python == sys.executable
    assert os.path.samefile(folder, lab.folder / "notebooks")
    assert Path(uvicorn).parent == Path(sys.executable).parent
    if os.name != "nt":
        [connection] = Path(lab.runtime).glob(f"kernel-{kernel}.json")
        assert json.loads(connection.read_text())["transport"] == "ipc"  # files, which other users cannot open
    assert lab.ask(f"api/kernels/{kernel}/restart", {})[0] == 200
    assert execute(lab, kernel, "print('again')").split()[-1] == "again"


def execute(lab: Lab, kernel: str, code: str) -> str:
    """Run code in a kernel the way the notebook does, and return what it prints."""
    address = f"{lab.base.replace('http', 'ws', 1)}api/kernels/{kernel}/channels?token={lab.token}"
    header = {"msg_id": "1", "session": "1", "username": "", "msg_type": "execute_request", "version": "5.3"}
    request = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": {"code": code}}
    printed = ""
    with connect(address) as socket:
        socket.send(json.dumps(request))
        while True:
            message = json.loads(socket.recv(timeout=60))
            if message["msg_type"] == "stream":
                printed += message["content"]["text"]
            if message["msg_type"] == "execute_reply":
                assert message["content"]["status"] == "ok", message
            if message["msg_type"] == "status" and message["parent_header"].get("msg_id") == "1":
                if message["content"]["execution_state"] == "idle":
                    return printed


# Without starting it.


def test_no_such_lesson_is_one_sentence(course):
    assert one_sentence(manage(course(["1"], ["2"]), "lab", "7")) == (
        "There is no lesson 7: the last one is 2. Type: python3 manage.py lab"
    )


def test_an_option_of_jupyterlabs_is_told_its_place(course):
    folder = course(["1"])
    process = manage(folder, "lab", "--debug")
    assert (process.returncode, process.stdout) == (2, "")
    assert "unrecognized arguments: --debug" in process.stderr
    assert "manage.py lab -- --debug" in manage(folder, "lab", "--help").stdout
