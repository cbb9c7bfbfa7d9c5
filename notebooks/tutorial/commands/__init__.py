"""The course's own commands behind `manage.py`: lab, test and rehearse. Django's own pass through."""

import importlib
import sys

from . import install

COMMANDS = {"lab": "lab", "test": "suite", "rehearse": "rehearse"}  # the command → its module here
HELP = """\
The course's own commands:
    lab        open JupyterLab at lesson 1
    test       test the course
    rehearse   run the lessons without a browser
"""


def run(arguments: list) -> None:
    """Run the course's command that `arguments` (manage.py's own) name; return where Django must go on."""
    command = arguments[1] if len(arguments) > 1 else "help"
    install.prepare(arguments, testing=command == "test")
    if command in COMMANDS:
        sys.stdout.reconfigure(errors="replace")  # a pipe on Windows has no place for ✓ or …
        raise SystemExit(importlib.import_module(f"{__name__}.{COMMANDS[command]}").main(arguments[2:]))
    if command in ("help", "-h", "--help") and len(arguments) < 3:
        print(HELP, flush=True)
