"""A real Redis of the tests' own, from the system's packages: it can be killed, hang and come back where it was."""

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")
MISSING = "Redis is not installed, for example: sudo apt install redis-server"


class Redis:
    def __init__(self, folder):
        self.folder, self.socket, self.process = folder, f"{folder}/socket", None
        self.url = f"unix://{self.socket}"

    def start(self):
        options = ["--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", self.folder]
        self.process = subprocess.Popen([PROGRAM, *options], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        with socket.socket(socket.AF_UNIX) as probe:
            while probe.connect_ex(self.socket):
                assert time.monotonic() < until and self.process.poll() is None, "Redis did not start"
                time.sleep(0.02)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def hang(self):
        self.process.send_signal(signal.SIGSTOP)

    def wake(self):
        self.process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def redis():
    """Run a Redis until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        server = Redis(folder)
        server.start()
        try:
            yield server
        finally:
            server.kill()
