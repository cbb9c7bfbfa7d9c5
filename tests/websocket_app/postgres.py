"""A real PostgreSQL of the tests' own, from the system's packages, in a temporary folder."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

FOLDERS = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), None]
PROGRAM = next(filter(None, (shutil.which("pg_ctl", path=folder) for folder in FOLDERS)), None)
MISSING = "PostgreSQL is not installed, for example: sudo apt install postgresql"


class Postgres:
    """A cluster that can be stopped and started again; `url` is what DATABASE_URL takes."""

    def __init__(self, folder):
        # It does not run as root, and on Debian its own user is there.
        self.user = {"user": "postgres"} if os.geteuid() == 0 else {}
        if self.user:
            shutil.chown(folder, "postgres")
        self.folder, self.data = folder, folder / "data"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"postgres://rooms@127.0.0.1:{self.port}/postgres"
        self.run("initdb", "-o", "--auth=trust --username=rooms --encoding=UTF8 --no-sync")

    def run(self, *arguments):
        command = [PROGRAM, "-D", self.data, "-s", "-w", *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60, **self.user)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self):
        # The output goes to a file: a pipe would stay open as long as the server runs.
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self.run("start", "-l", self.folder / "log", "-o", options)

    def stop(self):
        self.run("stop", "-m", "immediate")


@contextlib.contextmanager
def postgres():
    """Run a PostgreSQL until the block ends."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        cluster = Postgres(Path(folder))
        cluster.start()
        try:
            yield cluster
        finally:
            with contextlib.suppress(AssertionError):  # a test has stopped it
                cluster.stop()
