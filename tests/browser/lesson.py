"""A lesson in JupyterLab, and what a person does with it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from copies import ORIGINAL
from playwright.sync_api import FrameLocator, Locator, Page, expect

SIZE = {"width": 1400, "height": 900}
NUMBERED = re.compile(r"^\[\d+\]:$")  # the prompt of a cell that has run


# A tab is disposed of, for it would ask whether to save; then nothing of it is left for the next one.
CLOSE = """async () => {
    await jupyterapp.serviceManager.sessions.shutdownAll();
    for (const tab of [...jupyterapp.shell.widgets("main")]) tab.dispose();
}"""
OPEN = """async path => {
    await jupyterapp.commands.execute("docmanager:open", { path });
    jupyterapp.shell.expandLeft();
}"""


@contextmanager
def opened(page: Page, folder: Path, number: int) -> Iterator["Lesson"]:
    """Open a lesson of the course in `folder` in its JupyterLab, without its stored outputs; end its kernel at last.

    What is seen under a cell has been run here, then.
    """
    stored = next((ORIGINAL / "notebooks").glob(f"{number:02}_*.ipynb"))
    notebook = nbformat.read(stored, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    nbformat.write(notebook, folder / "notebooks" / stored.name)
    page.set_viewport_size(SIZE)
    page.evaluate(OPEN, f"notebooks/{stored.name}")
    try:
        yield Lesson(page, [cell.id for cell in notebook.cells])
    finally:
        page.evaluate(CLOSE)


class Lesson:
    """An open lesson. Cells have the names that follow `lesson-N-` in their ids."""

    def __init__(self, page: Page, ids: list[str]) -> None:
        self.page = page
        self.names = [name.split("-", 2)[2] for name in ids]
        self.notebook = page.locator(".jp-Notebook")
        expect(self.notebook.locator(".jp-Cell")).to_have_count(len(ids))
        expect(page.get_by_text("| Idle")).to_be_visible()

    def cell(self, name: str) -> Locator:
        return self.notebook.locator(".jp-Cell").nth(self.names.index(name))

    def output(self, name: str) -> Locator:
        """Return all that a cell shows."""
        return self.cell(name).locator(".jp-OutputArea")

    def prompt(self, name: str) -> Locator:
        return self.cell(name).locator(".jp-InputPrompt")

    def frame(self, name: str) -> FrameLocator:
        """Return the page in the IFrame under a cell, and show it: Chromium lets a frame out of sight sleep."""
        self.output(name).locator("iframe").scroll_into_view_if_needed()
        return self.output(name).frame_locator("iframe")

    def show(self, name: str, width: int, height: int) -> None:
        """Bring a cell to the top of a window of this size, with nothing beside the notebook."""
        self.page.set_viewport_size({"width": width, "height": height})
        sidebar = self.page.locator("#jp-left-stack")
        if sidebar.is_visible():
            self.page.keyboard.press("Control+b")
        expect(sidebar).to_be_hidden()
        self.cell(name).evaluate("cell => cell.scrollIntoView()")

    def menu(self, *names: str) -> None:
        """Choose from a menu: its name, then the item's."""
        for name in names:
            self.page.get_by_role("menuitem", name=re.compile(f"^{name}")).click()

    def run_all(self) -> None:
        """Run All Cells, and wait for the last one."""
        self.menu("Run", "Run All Cells")
        self.wait_for_all()

    def wait_for_all(self) -> None:
        last = self.notebook.locator(".jp-CodeCell .jp-InputPrompt").last
        expect(last).to_have_text(NUMBERED)

    def run(self, *names: str) -> None:
        """Run cells with Shift+Enter, one after the other, and wait for each."""
        for name in names:
            before = self.start(name)
            expect(self.prompt(name)).not_to_have_text(before)
            expect(self.prompt(name)).to_have_text(NUMBERED)

    def start(self, name: str) -> str:
        """Press Shift+Enter in a cell; return its prompt before that."""
        before = self.prompt(name).text_content()
        self.prompt(name).click()
        self.page.keyboard.press("Shift+Enter")
        return before

    def insert(self, after: str, name: str, source: str) -> None:
        """Type a new cell."""
        self.prompt(after).click()
        self.page.keyboard.press("b")
        self.names.insert(self.names.index(after) + 1, name)
        expect(self.notebook.locator(".jp-Cell")).to_have_count(len(self.names))
        self.page.keyboard.press("Enter")
        expect(self.cell(name).locator(".cm-content")).to_be_focused()
        self.page.keyboard.insert_text(source)

    def replace_word(self, name: str, line: str, word: str, new: str) -> None:
        """Double-click a word in a line of a cell, and type another one."""
        self.cell(name).locator(".cm-line", has_text=line).get_by_text(word).dblclick()
        self.page.keyboard.type(new)
