"""`manage.py rehearse`: lessons that run, fail, or show something else than what is stored."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from courses import RAISES, manage, new_course, one_sentence, write_lesson
from nbconvert import ScriptExporter

SETUP = "%load_ext tutorial"
EXTRA = "websocket_app/extra.py"
LESSONS = [
    [SETUP, "%lesson 1", f"%%save {EXTRA}\nanswer = 41", "print(id(SETUP := object()) > 0, 'took 0.25 s')"],
    [SETUP, "%lesson 2", f"{RAISES}1 / 0", f"%%save {EXTRA}\nanswer = 42", "print(server.http_url)", "# %check 2.1"],
]


def listing(folder: Path) -> dict[str, bytes]:
    """Return path → content of what is part of the course in a folder."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if ".course" not in path.parts}


def outputs(path: Path) -> str:
    """Return what the cells of a notebook show, as text."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "".join("".join(output.get("text", [])) for cell in cells for output in cell["outputs"])


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = new_course(tmp_path_factory.mktemp("written") / "course", *LESSONS)
    (folder / "websocket_app" / "asgi.py").write_text("what a learner wrote")
    (folder / "websocket_app" / "mine.py").write_text("a learner's own file")
    return folder, manage(folder, "rehearse", "--write")


@pytest.fixture
def stored(written, tmp_path):
    return Path(shutil.copytree(written[0], tmp_path / "course"))


def test_write_stores_what_the_lessons_show(written):
    folder, process = written
    assert process.returncode == 0, process.stdout + process.stderr
    first, second = sorted((folder / "notebooks").glob("*.ipynb"))
    assert "Lesson 1 begins" in outputs(first) and "took … s" in outputs(first)
    assert "http://localhost:8000/" in outputs(second)
    notebook = json.loads(second.read_text(encoding="utf-8"))
    assert [cell["execution_count"] for cell in notebook["cells"][:5]] == [1, 2, 3, 4, 5]
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert "version" not in notebook["metadata"]["language_info"]
    script, resources = ScriptExporter().from_filename(str(second))  # what "Export as script" does
    assert resources["output_extension"] == ".py" and "answer = 42" in script


def test_write_makes_where_each_lesson_begins(written):
    starts = written[0] / "notebooks" / "course" / "starts"
    assert sorted(path.name for path in starts.iterdir()) == ["01", "02", "03", "steps.txt"]
    assert (starts / "02" / EXTRA).read_text() == "answer = 41\n"
    assert (starts / "03" / EXTRA).read_text() == "answer = 42\n"
    assert sorted(listing(starts / "03")) == [EXTRA]
    saved = {hashlib.sha256(f"answer = {number}\n".encode()).hexdigest() for number in (41, 42)}
    assert (starts / "steps.txt").read_text().split() == sorted(saved)


def test_write_makes_the_project_the_end_of_the_course_and_keeps_what_was_there(written):
    folder = written[0]
    package = folder / "websocket_app"
    assert (folder / EXTRA).read_text() == "answer = 42\n"
    assert (package / "asgi.py").read_bytes() == (
        folder / "notebooks/course/starts/01/websocket_app/asgi.py"
    ).read_bytes()
    assert (package / "mine.py").read_text() == "a learner's own file"
    assert "what a learner wrote" in [path.read_text() for path in (folder / ".course" / "history").rglob("*.py")]
    assert not (package / "websocket.py").exists()  # no lesson of this course makes it


def test_what_is_stored_is_what_a_run_shows(stored):
    before = listing(stored)
    process = manage(stored, "rehearse")
    assert process.returncode == 0, process.stdout + process.stderr
    assert listing(stored) == before
    head, first, second, together, _, last = process.stdout.splitlines()
    assert head.split() == ["lesson", "cells", "checks", "minutes", "seconds", "ok"]
    assert int(together.split()[-1]) == int(first.split()[-3]) + int(second.split()[-3])
    assert first.split()[:7] == ["1", "Lesson", "of", "a", "test", "4", "0"] and first.endswith("yes")
    assert second.startswith(" 2 ") and second.endswith("yes")
    assert last == "Ready: every cell runs on this machine and shows what is stored."
    assert "10/10 cells" in process.stderr  # the progress bar
    assert "Warning" not in process.stderr and "TCP" not in process.stderr


def test_what_is_stored_but_not_so_is_told(stored):
    notebook = sorted((stored / "notebooks").glob("*.ipynb"))[0]
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("True took", "False took"), encoding="utf-8")
    (stored / "notebooks/course/starts/02" / EXTRA).write_text("answer = 40\n")
    (stored / "notebooks/course/starts/steps.txt").write_text("")
    (stored / EXTRA).write_text("answer = 43\n")
    before = listing(stored)
    process = manage(stored, "rehearse")
    assert process.returncode == 1
    said = process.stdout
    assert "Lesson 1, cell 4 shows something else than what is stored:" in said
    assert "  -False took … s\n  +True took … s\n" in said
    assert f"notebooks/course/starts/ is stale (02/{EXTRA}, steps.txt)" in said
    assert f"websocket_app/ is not what the course ends with ({EXTRA})" in said
    assert said.splitlines()[-1].startswith(
        "Ready: every cell runs on this machine. But not everything is as it is stored"
    )
    assert listing(stored) == before


def test_one_lesson_is_rehearsed_alone_whatever_stands_in_the_project(stored):
    (stored / "websocket_app" / "asgi.py").write_text("def broken(:")
    process = manage(stored, "rehearse", "2")
    assert process.returncode == 0, process.stdout + process.stderr
    assert len(process.stdout.splitlines()) == 4
    assert (stored / "websocket_app" / "asgi.py").read_text() == "def broken(:"


def test_a_failing_cell_is_told_with_what_it_said_and_nothing_is_written(stored):
    write_lesson(
        stored, 2, [SETUP, "%lesson 2", "print(0)\nraise ValueError('too small')", "print('never')", "%check 2.1"]
    )
    before = listing(stored)
    process = manage(stored, "rehearse", "--write")
    assert process.returncode == 1
    first, second = process.stdout.splitlines()[1:3]
    assert first.endswith("yes")
    assert second.split()[-5:-3] == ["5", "0/1"] and second.endswith("NO")
    assert "Lesson 2, cell 3 failed:\n  print(0)\n  raise ValueError('too small')\n" in process.stdout
    assert "ValueError: too small" in process.stdout
    assert "cell 4" not in process.stdout  # it was not reached, and that is no failure of its own
    assert process.stdout.endswith("Nothing was written.\n")
    assert listing(stored) == before


def test_a_pipe_that_cannot_take_every_letter_gets_the_others(stored):
    write_lesson(stored, 2, [SETUP, "raise ValueError('too small: ✓')"])
    process = manage(stored, "rehearse", "2", PYTHONIOENCODING="ascii")
    assert process.returncode == 1
    assert "UnicodeEncodeError" not in process.stderr
    assert "ValueError: too small: ?" in process.stdout


def test_what_a_user_has_exported_for_other_work_does_not_matter(stored):
    request = "import urllib.request\nprint(urllib.request.urlopen(server.http_url).status)"
    write_lesson(stored, 2, [SETUP, "%lesson 2", "server.start()", request])
    exported = {
        "DJANGO_SETTINGS_MODULE": "another.settings",
        "http_proxy": "http://127.0.0.1:9/",
        "ALL_PROXY": "socks:1",
    }
    process = manage(stored, "rehearse", "2", **exported)
    assert process.stdout.splitlines()[-1].startswith("Ready: every cell runs"), process.stdout


def test_a_kernel_that_dies_is_told(stored):
    write_lesson(stored, 2, [SETUP, "import os, time", "time.sleep(1); os._exit(3)", "1"])
    process = manage(stored, "rehearse", "2")
    assert process.returncode == 1
    assert "Lesson 2, behind cell 2: the kernel died" in process.stdout
    assert process.stdout.splitlines()[-1] == "Not ready: lesson 2 does not run to its end on this machine, see above."


def test_bad_input_is_one_sentence(stored):
    assert one_sentence(manage(stored, "rehearse", "7")) == "There is no lesson 7; there are: 1, 2."
    (stored / "notebooks" / "02_Lesson_of_a_test.ipynb").write_text("{")
    assert one_sentence(manage(stored, "rehearse")).startswith("02_Lesson_of_a_test.ipynb is not a notebook")


def test_what_a_lesson_saves_need_not_be_kept_when_it_is_replaced(written):
    code = "from tutorial.disk import course; "
    code += f"print(course.known({EXTRA!r}, b'answer = 41\\n'), course.known('x', b'mine'))"
    assert (
        manage(written[0], "shell", "-c", f"import sys; sys.path.insert(0, 'notebooks'); {code}").stdout.split()[-2:]
    ) == ["True", "False"]
