"""The form of the lessons: what every notebook has in common."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

README = Path(__file__).parents[1] / "README.md"
NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9][0-9]_*.ipynb"))
WORDS, WIDTH, LINES = 40, 78, 12  # of a prose cell, of any line, of a cell
FILE, MODULE = 40, 80  # lines of a saved file, in the first five lessons and later
MINUTES = 20


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def lesson(request):
    notebook = nbformat.read(request.param, as_version=4)
    nbformat.validate(notebook)
    notebook.number = int(request.param.name[:2])
    return notebook


def code(lesson) -> list:
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def words(prose: str) -> int:
    """Count words as a reader does: no list marks, addresses of links or drawings."""
    prose = re.sub(r"```.*?```", "", prose, flags=re.DOTALL)
    prose = re.sub(r"\]\([^)]*\)", "]", prose)
    return len([word for word in prose.split() if word not in {"-", "##", "#"}])


def test_it_begins_as_every_lesson(lesson):
    assert lesson.cells[0].source.startswith(f"# {lesson.number} · ")
    assert [cell.source for cell in code(lesson)[:2]] == ["%load_ext tutorial", f"%lesson {lesson.number}"]


def test_it_ends_with_three_lines_and_what_comes_next(lesson):
    summary, after = lesson.cells[-2:]
    assert summary.source.startswith("## In three lines\n\n- ")
    assert len(re.findall(r"^- ", summary.source, re.MULTILINE)) == 3
    there = {path.name for path in NOTEBOOKS}
    assert set(re.findall(r"\]\((.+?\.ipynb)\)", after.source)) <= there
    assert lesson.number == len(NOTEBOOKS) or NOTEBOOKS[lesson.number].name in after.source


def test_its_cells_are_short(lesson):
    for cell in lesson.cells:
        assert all(len(line) <= WIDTH for line in cell.source.splitlines()), cell.id
        if cell.cell_type == "markdown":
            assert words(cell.source) <= WORDS, (cell.id, words(cell.source))
        else:
            file = 1 + (FILE if lesson.number <= 5 else MODULE)  # with the line of the magic
            limit = file if cell.source.startswith("%%save") else LINES
            assert len(cell.source.splitlines()) <= limit, cell.id


def test_it_says_how_many_minutes_it_takes_and_they_are_twenty_at_most(lesson):
    from tutorial.commands.lesson import choose  # the copy's, which conftest.py has made

    minutes = choose([lesson.number])[0].minutes
    assert minutes <= MINUTES
    assert lesson.cells[1].source.startswith(f"About {minutes} minutes, exercises apart.")
    [row] = [
        line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {lesson.number} |")
    ]
    assert row.endswith(f" | {minutes} |")


def test_its_cells_have_names_that_stay(lesson):
    names = [cell.id for cell in lesson.cells]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(rf"lesson-{lesson.number}-[a-z0-9-]+", name) for name in names)


def test_only_cells_that_are_meant_to_fail_do(lesson):
    failed = {cell.id for cell in code(lesson) if any(output.output_type == "error" for output in cell.outputs)}
    stored = [cell for cell in code(lesson) if not cell.source.startswith("%predict")]  # its outputs are not
    meant = {cell.id for cell in stored if "raises-exception" in cell.metadata.get("tags", [])}
    assert failed == meant
    assert all(output.get("name") != "stderr" for cell in code(lesson) for output in cell.outputs)


def test_its_code_has_no_annotations(lesson):
    for cell in code(lesson):
        body = cell.source.partition("\n")[2] if cell.source.startswith("%%save") else cell.source
        if body.startswith("%"):
            continue
        for node in ast.walk(ast.parse(body)):
            assert not isinstance(node, ast.AnnAssign), cell.id
            assert getattr(node, "annotation", None) is None and getattr(node, "returns", None) is None, cell.id


def test_an_exercise_is_a_task_a_start_with_a_todo_and_a_check(lesson):
    exercises = [place for place, cell in enumerate(lesson.cells) if "exercise" in cell.metadata.get("tags", [])]
    checks = [place for place, cell in enumerate(lesson.cells) if cell.source.startswith("%check")]
    assert checks == [place + 1 for place in exercises] != []
    for number, place in enumerate(exercises, 1):
        task, start, check = lesson.cells[place - 1 : place + 2]
        assert task.cell_type == "markdown"
        assert "# TODO" in start.source
        assert check.source == f"%check {lesson.number}.{number}"
        assert "not attempted" in str(check.outputs)
