"""The course on a real JupyterHub: three users at once, each behind the hub's proxy.

Their names are what a hub allows: one with a dot, one with a blank and a letter that an address must quote. The hub
itself stands below a path of its host, as where a school has other things at its address, too.

pip install -r tests/places/requirements.txt
npm install --prefix tests/places configurable-http-proxy@5
python -m pytest tests/places/test_hub.py
"""

import json
import os
import re
import secrets
import socket
import ssl
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
import pytest
from chromium import executable
from copies import copy
from playwright.sync_api import expect, sync_playwright
from websockets.sync.client import connect

USERS = ADA, BOB, ZOE = "ada", "bob.c", "zoë w"
HUB = quote("/our school")
PATIENCE = 60.0  # seconds, for a server of a user and for a cell
PROXY = Path(__file__).parent / "node_modules" / ".bin" / "configurable-http-proxy"
CONFIG = """\
c.JupyterHub.bind_url = "{origin}{hub}/"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/{{username}}"
c.Spawner.notebook_dir = "{folder}/{{username}}/course"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"]
c.Spawner.env_keep = ["PATH", "LANG"]
c.Spawner.environment = {{"JUPYTER_PATH": "{folder}/share/jupyter"}}
c.JupyterHub.services = [{{"name": "test", "api_token": "{token}"}}]
c.JupyterHub.allow_named_servers = True
c.JupyterHub.cleanup_servers = False  # so that they outlive a restart of the hub
scopes = ["admin:users", "admin:servers", "access:servers", "tokens"]
c.JupyterHub.load_roles = [{{"name": "test", "services": ["test"], "scopes": scopes}}]
"""
TLS = """\
c.JupyterHub.ssl_key = "{folder}/key.pem"
c.JupyterHub.ssl_cert = "{folder}/cert.pem"
c.JupyterHub.public_url = "{origin}{hub}/"
"""
WITHOUT_PROXY = {"ServerApp": {"jpserver_extensions": {"jupyter_server_proxy": False}}}
ME = """() => new Promise(done => {
    const ws = new WebSocket(new URL('me', location.href).href.replace('http', 'ws'));
    ws.onmessage = event => done(event.data);
    ws.onclose = event => done(event.code);
})"""
DEBUGGER = "import sys; print('debugger:', sys.modules['debugpy'])"
LOAD = "%load_ext tutorial\n%lesson {number}\nserver.start()"
PING = """
import asyncio
from websockets.asyncio.client import connect
async def client():
    async with connect(server.url) as ws:
        await ws.send("ping")
        print(await ws.recv())
asyncio.run(client())"""


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Hub:
    """A JupyterHub with a home for each user, and a copy of the course in each."""

    def __init__(self, folder: Path, users: tuple[str, ...] = USERS, tls: bool = False) -> None:
        self.folder, self.ports, self.token = folder, free_ports(3), secrets.token_hex(16)
        self.password, self.left, self.ssl = secrets.token_hex(8), [], None
        for user in users:
            (folder / user).mkdir()
            course = copy(folder / user / "course")
            (course / ".course").mkdir()
            (course / ".course" / "port").write_text(str(free_ports(1)[0]))
        if tls:
            certify(folder)
            self.ssl = ssl.create_default_context(cafile=folder / "cert.pem")
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.ports[0]}"
        names = {"proxy": PROXY, "python": sys.executable, "token": self.token, "ports": self.ports}
        names |= {"folder": folder, "origin": self.origin, "password": self.password, "hub": HUB}
        (folder / "jupyterhub_config.py").write_text((CONFIG + TLS * tls).format(**names))
        kernel = folder / ADA / "course/notebooks/tutorial/commands/jupyter/kernels/python3"
        command = [sys.executable, "-m", "jupyter", "kernelspec", "install", "--name", "python3"]  # as PLACES.md says
        subprocess.run([*command, "--prefix", folder, kernel], check=True, capture_output=True)
        self.log = (folder / "hub.log").open("w")
        headers = {"Authorization": f"token {self.token}"}
        verify = self.ssl or True
        self.api = httpx.Client(
            base_url=f"{self.origin}{HUB}/hub/api", headers=headers, timeout=PATIENCE, verify=verify
        )
        self.tokens: dict[str, str] = {}
        self.begin()

    def begin(self) -> None:
        command = [sys.executable, "-m", "jupyterhub"]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=self.log, stderr=subprocess.STDOUT)

    def restart(self) -> None:
        """Stop the hub and its proxy, not the users' servers, and start both again."""
        self.left += psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.begin()
        self.wait()

    def wait(self) -> None:
        until(lambda: answers(lambda: self.api.get("/").status_code == 200), f"the hub does not start: {self.said()}")

    def said(self) -> str:
        return (self.folder / "hub.log").read_text()[-2000:]

    def start(self, user: str, name: str = "") -> None:
        """Start a user's server, as the hub's page does after the log-in; with a name, one more."""
        self.api.post(f"/users/{user}")
        self.api.post(f"/users/{user}/servers/{name}" if name else f"/users/{user}/server").raise_for_status()
        until(lambda: self.api.get(f"/users/{user}").json()["servers"].get(name, {}).get("ready"), self.said)
        self.tokens[user] = self.api.post(f"/users/{user}/tokens", json={}).json()["token"]

    def stop(self, user: str) -> None:
        self.api.delete(f"/users/{user}/server")
        until(lambda: not self.api.get(f"/users/{user}").json()["servers"], self.said)

    def end(self) -> None:
        children = self.left + psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            for each in children:
                if each.is_running():
                    each.kill()
            self.log.close()


class Notebook:
    """A notebook of a user, run through the hub's proxy by the protocol that JupyterLab speaks."""

    def __init__(self, hub: Hub, user: str, name: str, server: str = "") -> None:
        self.hub, self.base = hub, f"{hub.origin}{HUB}/user/{quote(user)}{server and '/' + server}"
        asks = {"path": f"notebooks/{name}", "type": "notebook", "name": name, "kernel": {"name": "python3"}}
        self.headers = {"Authorization": f"token {hub.tokens[user]}"}
        verify = hub.ssl or True
        made = httpx.post(f"{self.base}/api/sessions", json=asks, headers=self.headers, timeout=PATIENCE, verify=verify)
        made.raise_for_status()
        self.kernel = made.json()["kernel"]["id"]
        self.connect()

    def connect(self) -> None:
        address = f"{self.base.replace('http', 'ws', 1)}/api/kernels/{self.kernel}/channels"
        connection = connect(address, additional_headers=self.headers, max_size=None, ssl=self.hub.ssl)
        self.socket = connection.__enter__()  # until the hub ends

    def run(self, cell: str) -> str:
        """Run a cell and return what it showed, as text."""
        message = uuid.uuid4().hex
        header = {
            "msg_id": message,
            "msg_type": "execute_request",
            "session": message,
            "username": "",
            "version": "5.3",
        }
        content = {"code": cell, "silent": False, "allow_stdin": False, "stop_on_error": False}
        parts = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        self.socket.send(json.dumps(parts))
        shown = []
        while True:
            told = json.loads(self.socket.recv(timeout=PATIENCE))
            if told["parent_header"].get("msg_id") != message:
                continue
            content = told["content"]
            shown += [content.get("text", ""), content.get("data", {}).get("text/plain", "")]
            shown += content.get("traceback", [])
            if told["msg_type"] == "status" and content["execution_state"] == "idle":
                return "\n".join(filter(None, shown))


def certify(folder: Path) -> None:
    """Make a certificate for 127.0.0.1, signed by nobody else."""
    names = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-subj", "/CN=localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*command, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)


def until(done, why) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, why() if callable(why) else why
        time.sleep(0.1)


def answers(ask) -> bool:
    try:
        return ask()
    except httpx.HTTPError:
        return False


def needs_proxy() -> None:
    if not PROXY.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"The hub's proxy is missing. {__doc__}")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    needs_proxy()
    hub = Hub(tmp_path_factory.mktemp("hub").resolve())
    try:
        hub.wait()
        with ThreadPoolExecutor() as pool:
            list(pool.map(hub.start, USERS))
        yield hub
    finally:
        hub.end()


def test_three_users_at_once_get_their_pong(hub):
    def lesson(user: str) -> str:
        notebook = Notebook(hub, user, "04_ping_pong.ipynb")
        return notebook.run(LOAD.format(number=5)) + notebook.run(PING) + notebook.run(DEBUGGER)

    with ThreadPoolExecutor() as pool:
        shown = dict(zip(USERS, pool.map(lesson, USERS), strict=True))
    for user, said in shown.items():
        assert re.search(rf"The server is ready at {HUB}/user/{quote(user)}/proxy/\d+/", said), said
        assert "pong!" in said and "debugger: None" in said
    assert len(set(re.findall(r"/proxy/(\d+)/", " ".join(shown.values())))) == len(USERS)


@pytest.mark.parametrize("user", [ADA, ZOE])
def test_a_browser_reaches_the_page_and_its_websocket_through_the_proxy(hub, user):
    use_the_page(hub, user)


def test_a_browser_reaches_the_page_and_its_websocket_by_tls(tmp_path):
    needs_proxy()
    hub = Hub(tmp_path.resolve(), (ADA,), tls=True)
    try:
        hub.wait()
        hub.start(ADA)
        use_the_page(hub, ADA)
    finally:
        hub.end()


def use_the_page(hub: Hub, user: str) -> None:
    """Open the page in Chromium: ping, log in, ask who is there, log out, ask again."""
    notebook = Notebook(hub, user, "05_from_the_browser.ipynb")
    page = re.search(rf"ready at ({HUB}/user/{quote(user)}/proxy/\d+/)", notebook.run(LOAD.format(number=14)))[1]
    assert page in notebook.run("print(server.page)") and "localhost" in notebook.run("print(server.url)")
    notebook.run("%run manage.py migrate --verbosity 0")
    notebook.run(
        "from django.contrib.auth.models import User\n"
        "User.objects.filter(username='ada').delete()\nUser.objects.create_user('ada', password='ping pong')"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=["--no-sandbox"])
        try:
            context = browser.new_context(ignore_https_errors=True)  # the certificate is signed by nobody
            context.set_default_timeout(PATIENCE * 1000)
            tab = context.new_page()
            tab.goto(f"{hub.origin}{page}")  # the hub asks who it is first
            tab.locator("input[name=username]").fill(user)
            tab.locator("input[name=password]").fill(hub.password)
            tab.locator("#login_submit").click()
            tab.get_by_role("button", name="Connect").click()
            expect(tab.get_by_role("status")).to_have_text("open")
            tab.get_by_role("button", name="Send").click()
            expect(tab.get_by_role("log")).to_contain_text("pong!")

            tab.get_by_role("link", name="Log in").click()
            tab.get_by_label("Name").fill("ada")
            tab.get_by_label("Password").fill("ping pong")
            tab.get_by_role("button", name="Log in").click()
            tab.wait_for_url(f"{hub.origin}{page}")
            assert tab.evaluate(ME) == "ada"
            tab.get_by_role("button", name="Log out").click()
            expect(tab.get_by_role("link", name="Log in")).to_be_visible()
            assert tab.url == f"{hub.origin}{page}"
            assert tab.evaluate(ME) != "ada"

            stranger = browser.new_context(ignore_https_errors=True).new_page()
            answer = stranger.goto(f"{hub.origin}{page}")
            assert f"{HUB}/hub/login" in stranger.url and answer.ok  # the hub's own log-in, and not the page
        finally:
            browser.close()


def test_lesson_12_shows_on_a_hub_what_it_shows_at_home(hub):
    """All that its clients say, evil.example included; only the notebook cannot be the villain, as the lesson says."""
    path = hub.folder / ADA / "course" / "notebooks" / "12_whose_page_is_it.ipynb"
    cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    notebook = Notebook(hub, ADA, path.name)
    stored, shown = [], []
    for cell in cells[: next(n for n, cell in enumerate(cells) if cell["metadata"].get("tags"))]:
        source = "".join(cell["source"])
        said = notebook.run(source)
        if "asyncio.run(me(" in source:
            stored.append("".join(line for output in cell["outputs"] for line in output.get("text", [])).split())
            shown.append(said.split())
    assert shown == stored
    assert shown[0] == ["ada"] and shown[-1].count("403") == 6  # the evil page gets in at first, and not at last


def test_two_servers_of_one_user_hand_the_port_over(hub):
    first = Notebook(hub, ADA, "04_ping_pong.ipynb")
    hub.start(ADA, "second")
    second = Notebook(hub, ADA, "04_ping_pong.ipynb", server="second")
    for notebook, prefix in ((first, "ada"), (second, "ada/second"), (first, "ada")):
        assert re.search(rf"ready at {HUB}/user/{prefix}/proxy/\d+/", notebook.run(LOAD.format(number=5)))
        assert "pong!" in notebook.run(PING)


def test_a_lesson_goes_on_after_the_hub_is_restarted(hub):
    notebook = Notebook(hub, ADA, "04_ping_pong.ipynb")
    notebook.run(LOAD.format(number=5) + "\nkept = server.url")
    hub.restart()
    until(lambda: hub.api.get(f"/users/{ADA}").json()["servers"][""]["ready"], hub.said)
    notebook.connect()  # as JupyterLab does by itself
    assert "True" in notebook.run("print(kept == server.url)")
    assert "pong!" in notebook.run(PING)


def test_without_the_proxy_the_kernels_parts_go_on(hub):
    hub.stop(BOB)
    settings = hub.folder / BOB / ".jupyter" / "jupyter_server_config.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps(WITHOUT_PROXY))
    try:
        hub.start(BOB)
        notebook = Notebook(hub, BOB, "04_ping_pong.ipynb")
        page = re.search(rf"ready at ({HUB}/user/bob.c/proxy/\d+/)", notebook.run(LOAD.format(number=5)))[1]
        assert "pong!" in notebook.run(PING)
        seen = httpx.get(hub.origin + page, headers=notebook.headers, follow_redirects=True)
        assert seen.status_code == 404  # by Jupyter, which takes the last slash away first
    finally:
        settings.unlink()


def test_another_users_server_and_page_are_closed(hub):
    page = re.search(
        rf"ready at ({HUB}/user/ada/proxy/\d+/)", Notebook(hub, ADA, "04_ping_pong.ipynb").run(LOAD.format(number=5))
    )[1]
    for path in (f"{HUB}/user/ada/api/contents", page):
        headers = {"Authorization": f"token {hub.tokens[BOB]}"}
        assert httpx.get(hub.origin + path, headers=headers).status_code in (302, 403, 404)
    mine = httpx.get(hub.origin + page, headers={"Authorization": f"token {hub.tokens[ADA]}"})
    assert mine.status_code == 200


def test_a_server_that_is_stopped_and_started_again_leaves_nothing_behind(hub):
    shown = Notebook(hub, ZOE, "04_ping_pong.ipynb").run(LOAD.format(number=5))
    port = re.search(r"/proxy/(\d+)/", shown)[1]
    hub.stop(ZOE)
    until(lambda: not listens(int(port)), "the server's port is still open")
    hub.start(ZOE)
    notebook = Notebook(hub, ZOE, "04_ping_pong.ipynb")
    assert f"{HUB}/user/{quote(ZOE)}/proxy/{port}/" in notebook.run(LOAD.format(number=5))
    assert "pong!" in notebook.run(PING)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
