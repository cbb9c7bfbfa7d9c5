"""What a link for nbgitpuller does on a hub: it clones the course, and brings a newer one in the middle of a term.

pip install -r tests/places/requirements.txt
python -m pytest tests/places/test_pull.py
"""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
from copies import ORIGINAL, copy

GITPULLER = Path(sys.executable).with_name("gitpuller")
PING_PONG, BROWSER = "notebooks/04_ping_pong.ipynb", "notebooks/05_from_the_browser.ipynb"
HANDLER = "websocket_app/websocket.py"


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=teacher", "-c", "user.email=teacher@example.org", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def pull(course: Path, folder: Path) -> None:
    done = subprocess.run([GITPULLER, course, "main", folder], cwd=folder.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def write_into(notebook: Path, text: str) -> None:
    """Put a line into the first code cell, as somebody does who edits it."""
    cells = nbformat.read(notebook, as_version=4)
    next(cell for cell in cells.cells if cell.cell_type == "code").source = text
    nbformat.write(cells, notebook)


def first_cell(notebook: Path) -> str:
    return next(cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code")


def test_a_newer_course_comes_and_what_a_learner_wrote_stays(tmp_path):
    course = copy(tmp_path / "course")
    git(course, "init", "--quiet", "--initial-branch=main")
    git(course, "add", "--all")
    git(course, "commit", "--quiet", "-m", "The course")
    learner = tmp_path / "learner"
    pull(course, learner)
    assert first_cell(learner / PING_PONG) == first_cell(ORIGINAL / PING_PONG)

    write_into(learner / PING_PONG, "# what the learner wrote")
    (learner / HANDLER).write_text("# the learner's handler\n")
    (learner / "notebooks" / "mine.ipynb").write_text("{}")
    for notebook in PING_PONG, BROWSER:
        write_into(course / notebook, "# what the teacher wrote")
    (course / HANDLER).write_text("# the teacher's handler\n")
    (course / "notebooks" / "new.ipynb").write_text("{}")
    git(course, "add", "--all")
    git(course, "commit", "--quiet", "-m", "A newer course")
    for _ in range(2):  # the link is opened again and again
        pull(course, learner)

    assert first_cell(learner / PING_PONG) == "# what the learner wrote"
    assert first_cell(learner / BROWSER) == "# what the teacher wrote"
    assert (learner / HANDLER).read_text() == "# the learner's handler\n"
    assert (learner / "notebooks" / "mine.ipynb").exists() and (learner / "notebooks" / "new.ipynb").exists()
    assert git(learner, "status", "--porcelain", "--untracked-files=no") == "", "no conflict is left"


def test_the_link_opens_lesson_1():
    [link] = re.findall(r"https://HUB\S+git-pull\S+", (ORIGINAL / "PLACES.md").read_text(encoding="utf-8"))
    asked = {name: value for name, [value] in parse_qs(urlsplit(link).query).items()}
    assert asked.keys() == {"repo", "branch", "urlpath"} and asked["repo"] == "https://GIT/COURSE"
    assert (ORIGINAL / asked["urlpath"].removeprefix("lab/tree/COURSE/")).is_file()
