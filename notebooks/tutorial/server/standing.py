"""Where a process stands, seen from outside: it need not answer."""

import contextlib
import os
import re
import signal
import time
from pathlib import Path

import psutil

from ..disk import system
from ..disk.project import PACKAGE, ROOT

BUSY = 2.5  # seconds of processor time in one line of the project after which that line counts as endless


def where(pid: int, stacks: Path) -> dict | None:
    """Return the project's line at which a process stands; None where no line is known, and on Windows."""
    stack = None
    with contextlib.suppress(OSError):
        if not system.WINDOWS:
            os.truncate(stacks, 0)
            os.kill(pid, signal.SIGUSR1)
            for _ in range(20):
                time.sleep(0.02)
                before, stack = stack, stacks.read_text(errors="replace")
                if stack and stack == before:  # it is complete
                    return project_line(stack)
    return None


def processor_time(pid: int | None) -> float:
    """Return the seconds of processor time that a process has used."""
    try:
        return psutil.Process(pid).cpu_times().user if pid else 0.0
    except psutil.Error:
        return 0.0


def project_line(stack: str) -> dict | None:
    """Return the project's innermost line in what `faulthandler` prints of all threads, the main thread last."""
    for thread in reversed(stack.split("\n\n")):
        frames = re.findall(r'File "(.+)", line (\d+) in ', thread)
        for depth, (file, number) in enumerate(frames):
            if file.startswith(f"{PACKAGE}{os.sep}"):
                lines = Path(file).read_text(errors="replace").splitlines()[int(number) - 1 :]
                place = {"path": Path(file).relative_to(ROOT).as_posix(), "line": int(number)}
                return {**place, "code": lines[0].strip() if lines else "", "innermost": depth == 0}
    return None
