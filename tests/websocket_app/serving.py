"""A real uvicorn, started as the README starts it, on a copy of the project."""

import contextlib
import http.cookiejar
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

from websockets.sync.client import connect as websockets_connect

PASSWORD = "correct horse battery staple"
PRODUCTION = {
    "DJANGO_DEBUG": "false",
    "DJANGO_SECRET_KEY": "for-tests-only-" + "0123456789abcdef" * 4,
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1 localhost",
}


PROXIED = {"X-Forwarded-Proto": "https"}  # what a proxy with TLS says; production takes nothing else


def connect(url, **options):
    """Connect as `websockets` does, with a limit on every wait and no proxy."""
    limits = {"open_timeout": 5, "close_timeout": 2, "proxy": None, "compression": None}
    return websockets_connect(url, **limits | options)


class Site:
    """A copy of the project in a folder of its own, with its own database."""

    def __init__(self, folder):
        self.folder = folder

    def copy_to(self, folder):
        shutil.copytree(self.folder, folder)
        return Site(folder)

    def write(self, name, text):
        (self.folder / "websocket_app" / name).write_text(text)

    def environment(self, extra):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WEBSOCKET_"))}
        return clean | {"PYTHONUNBUFFERED": "1"} | extra

    def manage(self, *arguments, **environment):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.folder,
            env=self.environment(environment),
            capture_output=True,
            text=True,
            timeout=30,
        )

    def sql(self, statement, *values):
        with contextlib.closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=10)) as database:
            rows = database.execute(statement, values).fetchall()
            database.commit()
        return rows

    @contextlib.contextmanager
    def serve(self, **environment):
        """Run `manage.py serve` on a free port until the block ends.

        The line with the address arrives when the server accepts connections; a server that
        does not get there within 20 seconds is killed, which ends the wait as well.
        """
        log = self.folder / f"log-{time.monotonic_ns()}"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", "0"],
                cwd=self.folder,
                env=self.environment(environment),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        try:
            alarm = threading.Timer(20, process.kill)
            alarm.start()
            line = process.stdout.readline()
            alarm.cancel()
            assert line.startswith("Serving http://"), f"it did not start: {log.read_text()}"
            yield Server(process, line.split()[1], log, PROXIED if "DJANGO_DEBUG" in environment else {})
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            process.stdout.close()


class Server:
    def __init__(self, process, address, log, proxied):
        self.process = process
        self.proxied = proxied
        self.http = address.rstrip("/")
        self.ws = self.http.replace("http://", "ws://")
        self.host = self.http.removeprefix("http://")
        self.port = int(self.host.rpartition(":")[2])
        self.log_file = log

    def log(self):
        return self.log_file.read_text()

    def connect(self, path="/", **options):
        headers = self.proxied | options.pop("additional_headers", {})
        return connect(self.ws + path, additional_headers=headers, **options)

    def assert_well(self):
        """The next client is served within a second and no traceback was logged."""
        before = time.perf_counter()
        with self.connect(open_timeout=1) as ws:
            ws.send("ping")
            assert ws.recv(timeout=1) == "pong!"
        took = time.perf_counter() - before
        assert took < 1, f"the next client waited {took:.1f} s"
        assert "Traceback" not in self.log(), self.log()
        assert self.process.poll() is None, "the server has ended"


class Visitor:
    """Someone with a browser's cookies, over plain urllib."""

    def __init__(self, server, **headers):
        self.server = server
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )
        self.opener.addheaders = list(headers.items())

    def get(self, path):
        return self.opener.open(self.server.http + path, timeout=5).read().decode()

    def post(self, path, **fields):
        fields["csrfmiddlewaretoken"] = self.cookies()["csrftoken"]
        data = urllib.parse.urlencode(fields).encode()
        return self.opener.open(self.server.http + path, data, timeout=5).read().decode()

    def log_in(self, name="ada"):
        self.get("/login/")
        self.post("/login/", username=name, password=PASSWORD)
        assert "sessionid" in self.cookies(), "the log in failed"
        return self

    def log_out(self):
        self.post("/logout/")

    def cookies(self):
        return {cookie.name: cookie.value for cookie in self.jar}

    def cookie_header(self):
        return {"Cookie": f"sessionid={self.cookies()['sessionid']}"}
