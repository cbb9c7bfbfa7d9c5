"""`manage.py lab`: open JupyterLab at a lesson."""

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import quote

from ..disk.project import ROOT, STATE
from .environment import execute

CONFIGURATION = Path(__file__).parent / "jupyter"


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
    parser.add_argument("--port", type=int, help="the port of JupyterLab; 8888 or the next free one without it")
    options = parser.parse_args(own)
    # The kernels of the course are this very Python; its programs come first in their terminals and cells.
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # before a kernel that somebody installed for all of their Pythons
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [str(CONFIGURATION), os.environ.get("JUPYTER_CONFIG_PATH")])
    )
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=localhost", f"--ServerApp.root_dir={ROOT}"]
    command += [f"--LabApp.default_url={address(options.lesson)}", f"--LabApp.workspaces_dir={STATE / 'workspaces'}"]
    if options.no_browser:
        command.append("--no-browser")
    if options.port is not None:
        command.append(f"--ServerApp.port={options.port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # containers: JupyterLab refuses root else, and it listens on this machine only
    os.chdir(ROOT)
    execute(command + jupyterlab)


def address(lesson: int) -> str:
    """Return the page of JupyterLab that shows a lesson; exit with a sentence where there is no such lesson."""
    lessons = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    for notebook in lessons:
        if int(notebook.name[:2]) == lesson:
            return f"/lab/tree/notebooks/{quote(notebook.name)}"
    if not lessons:
        return "/lab"
    sys.exit(f"There is no lesson {lesson}: the last one is {int(lessons[-1].name[:2])}. Type: python3 manage.py lab")
