"""A real browser, and a real JupyterLab that `manage.py lab` opens on a copy of the project.

`manage.py test tests/browser --screenshots` also makes the pictures of the README, in notebooks/images/.
"""

import io
import os
import queue
import re
import socket
import subprocess
import sys
import threading
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from chromium import executable
from copies import ORIGINAL, copy
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from .lesson import SIZE, Lesson, opened

QUIET = "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
ARGUMENTS = ["--no-sandbox", "--disable-sync", *QUIET.split()]
IMAGES = ORIGINAL / "notebooks" / "images"
LARGEST, LONGEST = 120_000, 2_000_000  # bytes of a picture, and of a moving one

PATIENCE = 60_000  # milliseconds; a lesson's kernel starts within that on a busy machine
expect.set_options(timeout=PATIENCE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="take the README's pictures, into notebooks/images/")


# The scope is the module: while Playwright runs, no other test of this process can call asyncio.run.
@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lab(request, browser, tmp_path_factory):
    """A JupyterLab on a copy of the project, as `manage.py lab` opens it for a person without any settings."""
    folder = tmp_path_factory.mktemp("lab")
    home = {"HOME": folder, "USERPROFILE": folder, "IPYTHONDIR": folder / "ipython"}
    home |= {f"JUPYTER_{name}_DIR": folder / name.lower() for name in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "manage.py", "lab", "4", "--no-browser", "--port", str(free_port())]
    course = copy(folder / "course")
    (course / ".course").mkdir()
    # Not 8000, for other courses come and go there; but the pictures show what a learner sees.
    port = 8000 if request.config.getoption("--screenshots") else free_port()
    (course / ".course" / "port").write_text(str(port))
    process = subprocess.Popen(
        [*command, "--", "--LabApp.expose_app_in_browser=True"],
        cwd=course,
        env={**os.environ, **{name: str(path) for name, path in home.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Lab(browser, address(process, timeout=60), course)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def address(process: subprocess.Popen, timeout: float) -> str:
    """Return the address, with its token, that a JupyterLab prints when it is ready."""
    printed = queue.Queue()

    def read() -> None:  # to the end: a pipe that nobody reads would stop JupyterLab
        for line in process.stdout:
            printed.put(line)
        printed.put("")

    threading.Thread(target=read, daemon=True).start()
    said = ""
    while line := printed.get(timeout=timeout):
        said += line
        if found := re.search(r"http://localhost:\d+/lab/\S*token=\w+", line):
            return found[0]
    raise AssertionError(f"manage.py lab ended:\n{said}")


# JupyterLab draws cells when the browser is idle, which Chromium without a screen may not be for half a minute.
IDLE = "window.requestIdleCallback = work => setTimeout(() => work({ didTimeout: true, timeRemaining: () => 50 }))"


class Lab:
    """A JupyterLab in the browser of one person."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        self.folder = folder
        self.context = browser.new_context(viewport=SIZE, color_scheme="light")
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(IDLE)
        self.page = self.context.new_page()  # one for all lessons: to load it takes as long as a test
        base, _, token = address.partition("?")
        self.page.goto(f"{base[: base.index('/lab')]}/lab?{token}&reset")
        self.page.wait_for_function("window.jupyterapp && jupyterapp.restored")

    def lesson(self, number: int) -> AbstractContextManager[Lesson]:
        """Open a lesson, without its stored outputs; its kernel ends with the `with` block."""
        return opened(self.page, self.folder, number)


@pytest.fixture
def picture(request):
    """Take a picture of a page, or of a part of it, for the README, if --screenshots asks for it."""

    def take(name: str, what: Page | Locator) -> None:
        if request.config.getoption("--screenshots", default=False):
            content = smaller(what.screenshot())
            assert len(content) < LARGEST, f"{name}.png has {len(content)} bytes. Type: python -m pip install pillow"
            IMAGES.mkdir(exist_ok=True)
            (IMAGES / f"{name}.png").write_bytes(content)

    return take


class Film:
    """Scenes of a page, and how many seconds each is seen."""

    def __init__(self, filming: bool) -> None:
        self.filming, self.scenes, self.seconds = filming, [], []

    def scene(self, page: Page, seconds: float) -> None:
        if self.filming:
            self.scenes.append(page.screenshot())
            self.seconds.append(seconds)

    def save(self, name: str) -> None:
        from PIL import Image

        scenes = [Image.open(io.BytesIO(scene)).convert("RGB") for scene in self.scenes]
        width, height = scenes[0].size
        strip = Image.new("RGB", (width, height * len(scenes)))
        for number, scene in enumerate(scenes):
            strip.paste(scene, (0, height * number))
        palette = strip.quantize(256, Image.Quantize.MEDIANCUT)  # one for all, or what stands still flickers
        first, *rest = (scene.quantize(palette=palette, dither=Image.Dither.NONE) for scene in scenes)
        milliseconds = [int(seconds * 1000) for seconds in self.seconds]
        first.save(IMAGES / f"{name}.gif", save_all=True, append_images=rest, duration=milliseconds, loop=0)
        assert (IMAGES / f"{name}.gif").stat().st_size < LONGEST


@pytest.fixture
def film(request):
    """Make a moving picture of a test, for the README, if --screenshots asks for it and the test has passed."""
    film = Film(request.config.getoption("--screenshots", default=False))
    yield film
    if film.scenes and not request.node.failed:
        film.save("edit")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    item.failed = getattr(item, "failed", False) or report.failed
    return report


def smaller(png: bytes) -> bytes:
    """Return the picture with 256 colours, where Pillow is installed: a third of the bytes."""
    try:
        from PIL import Image
    except ImportError:
        return png
    file = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE)
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
