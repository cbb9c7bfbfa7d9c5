"""`manage.py lab`: open JupyterLab at a lesson."""

import argparse
import os
import socket
import sys
from pathlib import Path
from urllib.parse import quote

from jupyter_core.paths import jupyter_runtime_dir

from ..disk.project import ROOT, STATE
from .environment import execute

CONFIGURATION = Path(__file__).parent / "jupyter"
PORTS = 50  # how many are tried
LONGEST = 100  # characters of the path of a kernel's socket; macOS takes 103
LOOPBACK = (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")


def main(arguments: list[str]) -> None:
    """Put JupyterLab in the place of this process."""
    place = arguments.index("--") if "--" in arguments else len(arguments)
    own, jupyterlab = arguments[:place], arguments[place + 1 :]
    parser = argparse.ArgumentParser(
        "manage.py lab",
        description="Open JupyterLab at a lesson of the course, on this machine only.",
        epilog="What stands behind -- goes through to JupyterLab: manage.py lab -- --debug",
    )
    parser.add_argument("lesson", type=int, nargs="?", default=1, help="the lesson to open; 1 without it")
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")
    parser.add_argument("--port", type=int, default=8888, help="the port of JupyterLab, or else the next free one")
    options = parser.parse_args(own)
    # The kernels of the course are this very Python; its programs come first in their terminals and cells.
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # before a kernel that somebody installed for all of their Pythons
    # The kernel in there is without JupyterLab's debugger. That takes 8 MiB in each notebook, and once it is used, it
    # listens on a port of this machine and asks for no key: whoever connects runs code as you. %debug needs no port.
    for variable in "JUPYTER_CONFIG_PATH", "JUPYTER_PATH":
        os.environ[variable] = os.pathsep.join(filter(None, [str(CONFIGURATION), os.environ.get(variable)]))
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=localhost", f"--ServerApp.root_dir={ROOT}"]
    command += [f"--LabApp.default_url={address(options.lesson)}", f"--LabApp.workspaces_dir={STATE / 'workspaces'}"]
    if os.name != "nt" and len(f"{jupyter_runtime_dir()}/kernel-{'0' * 36}-ipc-1") < LONGEST:
        # Files that only this user may open, where a port of the machine is open to all of its users.
        command.append("--KernelManager.transport=ipc")
    if options.no_browser:
        command.append("--ServerApp.open_browser=False")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # containers: JupyterLab refuses root else, and it listens on this machine only
    os.chdir(ROOT)
    port, _held = claim(options.port)  # open until JupyterLab ends
    execute([*command, f"--ServerApp.port={port}", "--ServerApp.port_retries=0", *jupyterlab])


def claim(first: int) -> tuple[int, list[socket.socket]]:
    """Return a port that is free on both loopback addresses, and sockets that hold it where JupyterLab will not listen.

    A browser tries both addresses of `localhost`, ::1 first, and shows its token to whoever answers. Where `localhost`
    is 127.0.0.1 alone, another user of the machine could answer on ::1. A socket that is bound and does not listen
    keeps everyone else out, and refuses the browser at once.
    """
    names = {name[4][0] for name in socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)}
    there = [pair for pair in LOOPBACK if bound(*pair, 0)]  # a machine can be without IPv6
    for port in range(first, min(first + PORTS, 65536)):
        sockets = [bound(*pair, port, shared=pair[1] in names) for pair in there]
        if all(sockets):
            held = [each for each in sockets if each.getsockname()[0] not in names]
            for each in held:
                each.set_inheritable(True)
            return port, held
    sys.exit(f"No port from {first} on is free. Name another: python3 manage.py lab --port {first + PORTS}")


def bound(family: int, address: str, port: int, shared: bool = False) -> socket.socket | None:
    """Return a socket that is bound to an address, or None where that cannot be had; `shared` as JupyterLab binds."""
    try:
        holder = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform == "win32":
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif shared:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((address, port))
        return holder
    except OSError:
        return None


def address(lesson: int) -> str:
    """Return the page of JupyterLab that shows a lesson; exit with a sentence where there is no such lesson."""
    lessons = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    for notebook in lessons:
        if int(notebook.name[:2]) == lesson:
            return f"/lab/tree/notebooks/{quote(notebook.name)}"
    if not lessons:
        return "/lab"
    sys.exit(f"There is no lesson {lesson}: the last one is {int(lessons[-1].name[:2])}. Type: python3 manage.py lab")
