"""Memory of a learner: JupyterLab's server, a notebook's kernel, its uvicorn, and what a second notebook adds.

And a class on one machine: how long everybody waits for the first `pong!`, and what they take all together.
"""

import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from benchmarks.figures import Effort, Figure, Measure
from benchmarks.servers import READY, ROOT, free_port, start, stop, wait_until_open
from benchmarks.table import machine, values

MEMORY = Measure("memory", "MiB")
CLASS = Measure("a class", "")
LAB, KERNEL, BESIDE = "JupyterLab's server", "the notebook's kernel", "uvicorn beside it, and what makes the next one"
ONE, MORE, BARE = "a learner with one notebook", "each further notebook", "one that has run nothing"
ROWS = {LAB: "", KERNEL: "", BESIDE: "", ONE: "205", MORE: "36", BARE: ""}
LAST, WORK, ALL = "the last one has heard `pong!` after", "processor time for each", "memory of all, shared parts once"
ANSWER = 120  # Seconds that a cell may take.
SETTLE = 3  # Seconds until the next worker is prepared.
LESSONS = ["05_from_the_browser.ipynb", "06_break_it.ipynb"]  # both begin with a handler that answers
CELLS = [
    "%load_ext tutorial",
    "%lesson {lesson}",
    "server.start()",
    """
import asyncio
from websockets.asyncio.client import connect
async def client():
    async with connect(server.url) as ws:
        await ws.send("ping")
        print(await ws.recv())
asyncio.run(client())""",
    "%timeline",
]


class Lab:
    """A JupyterLab that `manage.py lab` has started on a copy of the course."""

    def __init__(self, process: psutil.Process, runtime: Path, address: str, token: str) -> None:
        self.process, self.runtime, self.address, self.token = process, runtime, address, token

    def open(self, notebook: str, cells: Sequence[str] = CELLS) -> int:
        """Open a notebook as JupyterLab does, and run cells in its kernel, whose process is returned."""
        wanted = {"path": f"notebooks/{notebook}", "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address}/api/sessions", json.dumps(wanted).encode(), headers)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            kernel = json.load(answer)["kernel"]["id"]
        from jupyter_client import BlockingKernelClient  # only this table needs it

        client = BlockingKernelClient(connection_file=str(self.runtime / f"kernel-{kernel}.json"))
        client.load_connection_file()
        client.start_channels(hb=False)  # with thirty kernels on two cores, one that starts looks dead
        client.wait_for_ready(timeout=ANSWER)
        printed = []

        def hear(message: dict) -> None:
            printed.append(message["content"].get("text", "") or message["content"].get("evalue", ""))

        for cell in cells:
            client.execute_interactive(cell.format(lesson=int(notebook[:2])), timeout=ANSWER, output_hook=hear)
        client.stop_channels()
        if cells and "pong!\n" not in printed:
            raise SystemExit(f"A notebook did not hear pong! It printed: {''.join(printed)}")
        return next(each.pid for each in self.process.children() if kernel in " ".join(each.cmdline()))


@contextmanager
def lab() -> Iterator[Lab]:
    """Run JupyterLab until the block ends."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("notebooks", "websocket_app"):
            shutil.copytree(ROOT / part, folder / "course" / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("manage.py", "requirements.txt", "constraints.txt"):
            shutil.copy(ROOT / part, folder / "course")
        (folder / "course/.course").mkdir()
        (folder / "course/.course/port").write_text(str(free_port()))
        homes = {"HOME": "", "IPYTHONDIR": "ipython"} | {f"JUPYTER_{each}_DIR": each for each in ("CONFIG", "RUNTIME")}
        environment = {variable: str(folder / place) for variable, place in homes.items()}
        port = free_port()
        command = ["manage.py", "lab", "--no-browser", "--port", str(port)]
        with (folder / "log").open("w+b") as log:
            process = start(command, folder / "course", log, environment)
            try:
                address, token = announced(folder / "log", process)
                wait_until_open(port, process, log)  # it prints its address a moment before it listens
                yield Lab(psutil.Process(process.pid), folder / "RUNTIME", address, token)
            finally:
                stop(process)


def announced(log: Path, process: subprocess.Popen) -> tuple[str, str]:
    """Return address and token of a JupyterLab as soon as it has printed them."""
    end = time.monotonic() + READY
    while process.poll() is None and time.monotonic() < end:
        if found := re.search(r"(http://localhost:\d+)/lab\S*token=(\w+)", log.read_text(errors="replace")):
            return found[1], found[2]
        time.sleep(0.05)
    raise SystemExit(f"JupyterLab did not start.\n{log.read_text(errors='replace')}")


def memory(*processes: psutil.Process) -> float:
    """Return the MiB of some processes; what is shared counts for each in part (PSS)."""
    return sum(process.memory_full_info().pss for process in processes) / 2**20


def everybody(labs: Sequence[Lab]) -> list[psutil.Process]:
    """Return all processes of some learners."""
    return [process for each in labs for process in (each.process, *each.process.children(recursive=True))]


def measure_class(effort: Effort) -> list[Figure]:
    """Let all learners run the first cells of a lesson at once, each in a JupyterLab that is open already."""
    with ExitStack() as stack:
        labs = [stack.enter_context(lab()) for _ in range(effort.learners)]
        with ThreadPoolExecutor(effort.learners) as pool:
            before, begin = worked(labs), time.monotonic()
            list(pool.map(lambda each: each.open(LESSONS[0]), labs))
            seconds = time.monotonic() - begin
        work = worked(labs) - before
        whole = memory(*everybody(labs))
    return [
        Figure(CLASS, LAST, seconds),
        Figure(CLASS, WORK, work / effort.learners),
        Figure(CLASS, ALL, whole / 1024),
    ]


def worked(labs: Sequence[Lab]) -> float:
    """Return the seconds of processor time that all processes of some learners have used so far."""
    return sum(sum(process.cpu_times()[:2]) for process in everybody(labs))


def measure() -> list[Figure]:
    """Open two notebooks, one after the other."""
    with lab() as opened:
        kernel = psutil.Process(opened.open(LESSONS[0]))
        time.sleep(SETTLE)
        parts = {LAB: [opened.process], KERNEL: [kernel], BESIDE: kernel.children(recursive=True)}
        figures = {name: memory(*processes) for name, processes in parts.items()}
        figures[ONE] = whole = memory(*everybody([opened]))
        opened.open(LESSONS[1])
        time.sleep(SETTLE)
        figures[MORE] = memory(*everybody([opened])) - whole
        figures[BARE] = memory(psutil.Process(opened.open("none.ipynb", [])))
    return [Figure(MEMORY, name, value) for name, value in figures.items()]


def report(figures: Sequence[Figure], effort: Effort) -> str:
    """Write the table, in Markdown: MiB, the median of the rounds."""
    lines = [["", "MiB", "at most"], ["---", "---:", "---:"]]
    for name, most in ROWS.items():
        lines.append([name, f"{statistics.median(values(figures, MEMORY, name)):.0f}", most])
    lines += [[f"**{effort.learners} learners, at once**", "", ""]]
    for name, unit in ((LAST, "s"), (WORK, "s"), (ALL, "GiB")):
        lines.append([name, f"{statistics.median(values(figures, CLASS, name)):.1f} {unit}", ""])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    reading = (
        "JupyterLab as `manage.py lab` opens it, a notebook whose cells have started the server and heard `pong!`, and"
        " then a second one, to which the server has moved. What processes share counts for each in part (PSS):"
        f" the median of {effort.rounds_of_rooms} rounds. A class has its JupyterLabs open, and all run the first five"
        " cells of a lesson in the same moment, on the cores below."
    )
    return f"{table}\n\n{reading}\n\n{machine('jupyterlab', 'ipykernel')}"
