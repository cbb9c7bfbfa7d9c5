"""`manage.py test`: test the course. What stands behind it goes to pytest."""

import os
import sys

from ..disk.project import ROOT
from .environment import execute

PROCESSES = 5  # two cores: each drives kernels, servers and a browser, and mostly waits for them
# A file is one share. In the order of their names, for xdist would begin with the most tests, not with the longest.
SHARES = ["--dist=loadfile", "--no-loadscope-reorder"]


def main(arguments: list[str]) -> None:
    """Put pytest in the place of this process."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hides what a save does to bytecode
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # a test says itself what it needs
    os.chdir(ROOT)
    execute([sys.executable, "-m", "pytest", f"--numprocesses={PROCESSES}", *SHARES, *arguments])
