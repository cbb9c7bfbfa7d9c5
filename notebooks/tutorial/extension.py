"""What `%load_ext tutorial` does to a kernel."""

import asyncio
import os
import urllib.request

import nest_asyncio2

from .cells import Cells
from .disk.modules import forget_modules, read_from_source
from .disk.project import ROOT, TutorialError
from .drive import drive
from .magics import TutorialMagics
from .server.server import Server

run_alone = asyncio.Runner.run
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def load(shell) -> None:
    """Set up the kernel: folder, asyncio in cells, magics, `server`, `drive`, and what happens around each cell."""
    if not (ROOT / "manage.py").exists():
        raise TutorialError(
            f"There is no manage.py beside {ROOT.name}/notebooks. This looks like a copy of a part of the course: "
            "open the notebook inside the whole folder, with python3 manage.py lab."
        )
    os.chdir(ROOT)
    before = shell.magics_manager.registry.get("TutorialMagics")
    if before:  # %reload_ext: hooks and server are there already
        shell.push(before.cells.names)
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "websocket_app.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # a cell may ask the database; the server must not, and has not this
    keep_loopback_out_of_proxies()
    read_from_source(ROOT)
    forget_modules()
    nest_asyncio2.apply()
    asyncio.Runner.run = run_nested
    server = Server()
    names = {"server": server, "drive": drive}
    shell.push(names)
    shell.register_magics(TutorialMagics(shell, server, Cells(shell, server, names)))


def keep_loopback_out_of_proxies() -> None:
    """Let no client on this machine go through the proxy that the environment names, if it names one."""
    if urllib.request.getproxies_environment():
        for name in ("no_proxy", "NO_PROXY"):
            listed = os.environ.get(name) or os.environ.get(name.swapcase(), "")
            os.environ[name] = ",".join(filter(None, [listed, *LOOPBACK]))


def run_nested(runner: asyncio.Runner, main, *, context=None):
    """Take the place of `asyncio.Runner.run`, which refuses to run in a notebook; `asyncio.run` is nest_asyncio2's."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # in a thread
        return run_alone(runner, main, context=context)
    return loop.run_until_complete(loop.create_task(main, context=context))
