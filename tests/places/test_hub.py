"""The course on a real JupyterHub: three users at once, each behind the hub's proxy.

pip install -r tests/places/requirements.txt
npm install --prefix tests/places configurable-http-proxy@5
python -m pytest tests/places/test_hub.py
"""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest
from chromium import executable
from copies import copy
from playwright.sync_api import expect, sync_playwright
from websockets.sync.client import connect

USERS = ("ada", "bob", "grace")
PATIENCE = 60.0  # seconds, for a server of a user and for a cell
PROXY = Path(__file__).parent / "node_modules" / ".bin" / "configurable-http-proxy"
CONFIG = """\
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}/"
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
c.JupyterHub.services = [{{"name": "test", "api_token": "{token}"}}]
scopes = ["admin:users", "admin:servers", "access:servers", "tokens"]
c.JupyterHub.load_roles = [{{"name": "test", "services": ["test"], "scopes": scopes}}]
"""
ME = """() => new Promise(done => {
    const ws = new WebSocket(new URL('me', location.href).href.replace('http', 'ws'));
    ws.onmessage = event => done(event.data);
    ws.onclose = event => done(event.code);
})"""
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

    def __init__(self, folder: Path) -> None:
        self.folder, self.ports, self.token = folder, free_ports(3), secrets.token_hex(16)
        self.password = secrets.token_hex(8)
        for user in USERS:
            (folder / user).mkdir()
            course = copy(folder / user / "course")
            (course / ".course").mkdir()
            (course / ".course" / "port").write_text(str(free_ports(1)[0]))
        names = {"proxy": PROXY, "python": sys.executable, "token": self.token, "ports": self.ports}
        (folder / "jupyterhub_config.py").write_text(CONFIG.format(folder=folder, password=self.password, **names))
        self.log = (folder / "hub.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub"], cwd=folder, stdout=self.log, stderr=subprocess.STDOUT
        )
        self.address = f"http://127.0.0.1:{self.ports[0]}"
        self.api = httpx.Client(
            base_url=f"{self.address}/hub/api", headers={"Authorization": f"token {self.token}"}, timeout=PATIENCE
        )
        self.tokens: dict[str, str] = {}

    def wait(self) -> None:
        until(lambda: answers(lambda: self.api.get("/").status_code == 200), f"the hub does not start: {self.said()}")

    def said(self) -> str:
        return (self.folder / "hub.log").read_text()[-2000:]

    def start(self, user: str) -> None:
        """Start a user's server, as the hub's page does after the log-in."""
        self.api.post(f"/users/{user}")
        self.api.post(f"/users/{user}/server").raise_for_status()
        until(lambda: self.api.get(f"/users/{user}").json()["servers"].get("", {}).get("ready"), self.said)
        self.tokens[user] = self.api.post(f"/users/{user}/tokens", json={}).json()["token"]

    def stop(self, user: str) -> None:
        self.api.delete(f"/users/{user}/server")
        until(lambda: not self.api.get(f"/users/{user}").json()["servers"], self.said)

    def end(self) -> None:
        children = psutil.Process(self.process.pid).children(recursive=True)
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

    def __init__(self, hub: Hub, user: str, name: str) -> None:
        base = f"{hub.address}/user/{user}"
        asks = {"path": f"notebooks/{name}", "type": "notebook", "name": name, "kernel": {"name": "python3"}}
        headers = {"Authorization": f"token {hub.tokens[user]}"}
        made = httpx.post(f"{base}/api/sessions", json=asks, headers=headers, timeout=PATIENCE)
        made.raise_for_status()
        kernel = made.json()["kernel"]["id"]
        self.socket = connect(
            f"{base.replace('http', 'ws')}/api/kernels/{kernel}/channels", additional_headers=headers, max_size=None
        )

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


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    if not PROXY.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"The hub's proxy is missing. {__doc__}")
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
        return notebook.run(LOAD.format(number=5)) + notebook.run(PING)

    with ThreadPoolExecutor() as pool:
        shown = dict(zip(USERS, pool.map(lesson, USERS), strict=True))
    for user, said in shown.items():
        assert re.search(rf"The server is ready at /user/{user}/proxy/\d+/", said), said
        assert "pong!" in said
    assert len(set(re.findall(r"/proxy/(\d+)/", " ".join(shown.values())))) == len(USERS)


def test_a_browser_reaches_the_page_and_its_websocket_through_the_proxy(hub):
    notebook = Notebook(hub, "ada", "05_from_the_browser.ipynb")
    page = re.search(r"ready at (/user/ada/proxy/\d+/)", notebook.run(LOAD.format(number=14)))[1]
    assert page in notebook.run("print(server.page)") and "localhost" in notebook.run("print(server.url)")
    notebook.run("%run manage.py migrate --verbosity 0")
    notebook.run(
        "from django.contrib.auth.models import User\n"
        "User.objects.filter(username='ada').delete()\nUser.objects.create_user('ada', password='ping pong')"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=["--no-sandbox"])
        try:
            context = browser.new_context()
            context.set_default_timeout(PATIENCE * 1000)
            tab = context.new_page()
            tab.goto(f"{hub.address}{page}")  # the hub asks who it is first
            tab.locator("input[name=username]").fill("ada")
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
            tab.wait_for_url(f"{hub.address}{page}")
            said = tab.evaluate(ME)
            assert said == "ada"

            stranger = browser.new_context().new_page()
            answer = stranger.goto(f"{hub.address}{page}")
            assert "/hub/login" in stranger.url and answer.ok  # the hub's own log-in, and not the page
        finally:
            browser.close()


def test_another_users_server_and_page_are_closed(hub):
    page = re.search(
        r"ready at (/user/ada/proxy/\d+/)", Notebook(hub, "ada", "04_ping_pong.ipynb").run(LOAD.format(number=5))
    )[1]
    for path in ("/user/ada/api/contents", page):
        headers = {"Authorization": f"token {hub.tokens['bob']}"}
        assert httpx.get(hub.address + path, headers=headers).status_code in (302, 403, 404)
    mine = httpx.get(hub.address + page, headers={"Authorization": f"token {hub.tokens['ada']}"})
    assert mine.status_code == 200


def test_a_server_that_is_stopped_and_started_again_leaves_nothing_behind(hub):
    shown = Notebook(hub, "grace", "04_ping_pong.ipynb").run(LOAD.format(number=5))
    port = re.search(r"/proxy/(\d+)/", shown)[1]
    hub.stop("grace")
    until(lambda: not listens(int(port)), "the server's port is still open")
    hub.start("grace")
    notebook = Notebook(hub, "grace", "04_ping_pong.ipynb")
    assert f"/user/grace/proxy/{port}/" in notebook.run(LOAD.format(number=5))
    assert "pong!" in notebook.run(PING)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
