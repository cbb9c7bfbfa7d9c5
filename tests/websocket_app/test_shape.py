"""The project is there to be read: short modules, plain functions, ASGI's own words."""

import ast

import pytest
from copies import FINISHED

FOLDER = FINISHED / "websocket_app"
# What startproject wrote, and what is the project's plumbing rather than a lesson.
NOT_A_LESSON = {"settings.py", "urls.py", "wsgi.py", "secret_key.py", "__init__.py", "models.py"}
LESSONS = sorted(file.name for file in FOLDER.glob("*.py") if file.name not in NOT_A_LESSON)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_fits_on_a_screen(name):
    lines = (FOLDER / name).read_text().splitlines()
    assert len(lines) <= 80
    assert max(map(len, lines), default=0) <= 78


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_has_plain_functions(name):
    for node in ast.walk(ast.parse((FOLDER / name).read_text())):
        if isinstance(node, ast.ClassDef):  # limits.py has one: a closure for each connection takes more memory.
            methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
            assert methods == {"__init__", "__call__"}, f"{node.name}: the dictionaries stay visible"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = ast.walk(node.args)
            notes = [node.returns, *(a.annotation for a in arguments if isinstance(a, ast.arg))]
            assert not any(notes), f"{node.name} has annotations"


def test_the_first_handler_can_be_read_aloud():
    assert len((FOLDER / "websocket.py").read_text().splitlines()) <= 25


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.py")), ids=lambda file: file.name)
def test_the_project_owes_nothing_to_the_course(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
            assert not any(name.split(".")[0] in ("tutorial", "channels") for name in names)
