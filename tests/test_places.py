"""What stands in the course for other places than a laptop: VS Code, a devcontainer, Binder."""

import json
import os
import re
import socket

import nbformat
import pytest
from copies import ORIGINAL, copy

LESSONS = sorted((ORIGINAL / "notebooks").glob("0[1-5]_*.ipynb"))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = copy(tmp_path_factory.mktemp("places") / "course")
    (course / ".course").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        (course / ".course" / "port").write_text(str(probe.getsockname()[1]))
    return course


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_kernel_that_starts_in_the_workspace_shows_what_is_stored(course, lesson):
    """As VS Code may start it, with no JupyterLab around; .venv finds `tutorial` from any folder."""
    from tutorial.commands.mask import Mask, predicts, shown
    from tutorial.commands.notebook import Run

    stored, fresh = (nbformat.read(course / "notebooks" / lesson.name, as_version=4) for _ in range(2))
    with Run(course, {**os.environ, "PYTHONPATH": str(course / "notebooks")}) as kernel:
        kernel.run_all(fresh)
    mask = Mask(course, int((course / ".course" / "port").read_text()))
    for before, after in zip(stored.cells, fresh.cells, strict=True):
        if after.cell_type == "code" and not predicts(after):
            assert shown(after, mask) == shown(before, mask), after.id


def test_the_files_of_other_places_name_what_is_there():
    settings = json.loads((ORIGINAL / ".vscode/settings.json").read_text())
    assert (ORIGINAL / settings["jupyter.notebookFileRoot"]).is_dir()
    container = json.loads((ORIGINAL / ".devcontainer/devcontainer.json").read_text())
    assert container["postCreateCommand"] == "python3 manage.py check"
    assert container["postAttachCommand"].startswith("python3 manage.py lab")
    python = re.search(r"\d\.\d+", container["image"])[0]
    assert (ORIGINAL / ".binder/runtime.txt").read_text() == f"python-{python}\n"
    build = ORIGINAL / ".binder/postBuild"
    assert os.access(build, os.X_OK) and "-r constraints.txt" in build.read_text()
