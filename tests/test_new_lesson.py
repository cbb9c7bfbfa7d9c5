"""A new lesson is a notebook and what stands in `notebooks/course/`: nothing else has to change for it."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from copies import ORIGINAL, copy

FILES = Path(__file__).parent / "new_lesson"  # an exercise and its solution
NUMBER = str(len(list((ORIGINAL / "notebooks").glob("[0-9][0-9]_*.ipynb"))) + 1)  # behind the last lesson
HANDLER = "websocket_app/websocket.py"
TODO = "            # TODO: answer hello with HELLO\n"
ANSWER = """\

            if text:
                await send({"type": "websocket.send", "text": text.upper()})
"""
WRONG = {
    "Nothing comes back": ("if text:", "if text is None:"),
    "The text comes back as it was": ("text.upper()", "text"),
    "The answer is always HELLO": ("text.upper()", '"HELLO"'),
    "An empty text is met with silence": ("if text:", "if text is not None:"),
}
# Saves each file in turn, checks it, and prints what the check shows.
CHECK = f"""
import sys
from pathlib import Path

sys.path[:0] = ["notebooks", "."]
from tutorial.check import find, judge
from tutorial.server.server import Server

server = Server()
for file in sys.argv[1:]:
    Path("{HANDLER}").write_bytes(Path(file).read_bytes())
    print(judge.check(server, find("check", "{NUMBER}.1")), end="\\f")
server.stop()
"""


def tree(folder: Path) -> dict[str, bytes]:
    """Return the files that git would know of, and what they hold."""
    found = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    names = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(".course/")}


def run(course: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *arguments], cwd=course, capture_output=True, encoding="utf-8", timeout=240)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A copy of the course with one more lesson."""
    course = copy(tmp_path_factory.mktemp("class") / "course")
    exercise = (FILES / "exercise.py").read_text().replace("15", NUMBER)
    (course / f"notebooks/course/exercises/{NUMBER}.py").write_text(exercise)
    (course / f"notebooks/course/solutions/{NUMBER}.1.py").write_bytes((FILES / "solution.py").read_bytes())
    starter = (FILES / "solution.py").read_text().replace(ANSWER, TODO)
    assert TODO in starter
    cells = [nbformat.v4.new_markdown_cell(f"# {NUMBER} · Shout", id=f"lesson-{NUMBER}-title")]
    sources = [
        "%load_ext tutorial",
        f"%lesson {NUMBER}",
        "server.start()",
        f"%%save {HANDLER}\n{starter}",
        f"%check {NUMBER}.1",
    ]
    for number, source in enumerate(sources):
        tags = {"tags": ["exercise"]} if source.startswith("%%save") else {}
        cells.append(nbformat.v4.new_code_cell(source.rstrip(), id=f"lesson-{NUMBER}-{number}", metadata=tags))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), course / f"notebooks/{NUMBER}_shout.ipynb")
    return course


def test_it_is_rehearsed_and_nothing_else_has_changed(course):
    written = run(course, "manage.py", "rehearse", "--write", NUMBER)
    assert written.returncode == 0, written.stdout + written.stderr
    rehearsed = run(course, "manage.py", "rehearse", NUMBER)
    assert rehearsed.returncode == 0, rehearsed.stdout + rehearsed.stderr
    assert rehearsed.stdout.splitlines()[-1].startswith("Ready: every cell runs on this machine and shows what is")
    shown = (course / f"notebooks/{NUMBER}_shout.ipynb").read_text()
    assert f"{NUMBER}.1 Shout: not attempted yet." in shown
    before, after = tree(ORIGINAL), tree(course)
    changed = {name for name in after if after[name] != before.get(name)}
    assert f"notebooks/{NUMBER}_shout.ipynb" in changed
    outside = [name for name in changed if not name.startswith((f"notebooks/{NUMBER}_", "notebooks/course/"))]
    assert outside == [], "something outside the lesson had to change"


def test_its_solution_passes_and_its_wrong_answers_are_told(course, tmp_path):
    solution = (FILES / "solution.py").read_text()
    answers = [solution, *(solution.replace(*change) for change in WRONG.values())]
    files = [tmp_path / f"{number}.py" for number in range(len(answers))]
    for file, answer in zip(files, answers, strict=True):
        file.write_text(answer)
    process = run(course, "-c", CHECK, *map(str, files))
    assert process.returncode == 0, process.stdout + process.stderr
    passed, *told = process.stdout.split("\f")
    assert passed.splitlines()[-1] == f"✓ {NUMBER}.1 Shout: passed."
    for words, shown in zip(WRONG, told, strict=False):
        assert words in shown and shown.splitlines()[-1] == f"✗ {NUMBER}.1 Shout: not yet.", shown
