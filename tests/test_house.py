"""Who may import whom: the rooms of the helper stand on floors, and an import only goes down."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from copies import FINISHED, ORIGINAL

NOTEBOOKS = ORIGINAL / "notebooks"
TUTORIAL = NOTEBOOKS / "tutorial"
# A folder is a room, and so is a module that stands alone. A room imports rooms of lower floors, and itself.
FLOORS = [
    {"disk", "interrupt"},
    {"shown"},
    {"record"},
    {"server", "worker", "silence"},
    {"errors", "save", "predict"},
    {"cells", "drive", "check"},
    {"magics", "commands"},
    {"extension"},
    {"__init__"},
]
MODULE = 200  # lines at most
ENGINE = 6617  # lines at most: what it has now, and 3,600 is where it is going


def modules() -> list[Path]:
    return sorted(path for path in TUTORIAL.rglob("*.py") if "starts" not in path.parts)


def name(path: Path) -> str:
    """Return the name of a module, such as tutorial.record.story."""
    parts = path.relative_to(NOTEBOOKS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> set[str]:
    """Return the modules of the helper that a file imports, wherever in the file it does."""
    known = {name(each) for each in modules()}
    root = NOTEBOOKS if path.is_relative_to(NOTEBOOKS) else FINISHED
    package = list(path.relative_to(root).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            found |= {f"{source}.{alias.name}" if f"{source}.{alias.name}" in known else source for alias in node.names}
    return {each for each in found if each in known}


def room(module: str) -> str:
    return [*module.split("."), "__init__"][1]


def floor(module: str) -> int:
    found = [number for number, rooms in enumerate(FLOORS) if room(module) in rooms]
    assert found, f"{module} stands in no room: say in FLOORS whom it may import"
    return found[0]


@pytest.mark.parametrize("path", modules(), ids=name)
def test_an_import_goes_down(path):
    for other in imported(path):
        assert room(other) == room(name(path)) or floor(other) < floor(name(path)), f"{name(path)} imports {other}"


def test_nothing_imports_itself_in_a_circle():
    TopologicalSorter({name(path): imported(path) for path in modules()}).prepare()


def test_the_notebook_and_the_server_meet_only_in_the_record_and_on_the_disk():
    for path in modules():
        if room(name(path)) in {"server", "worker"}:
            rooms = {room(other) for other in imported(path)}
            assert rooms <= {room(name(path)), "record", "shown", "disk"}, name(path)


def test_the_environment_is_made_without_the_helper():
    assert imported(TUTORIAL / "commands" / "environment.py") == set()


def test_the_content_of_the_course_imports_only_what_judges_it():
    for folder in ("exercises", "faults"):
        for path in (NOTEBOOKS / "course" / folder).glob("*.py"):
            assert {room(other) for other in imported(path)} <= {"check"}, path


def test_the_finished_project_stands_without_the_helper():
    for path in (FINISHED / "websocket_app").rglob("*.py"):
        assert imported(path) == set(), path


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_is_a_page_or_two(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE


def test_the_engine_stays_small():
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in modules()) <= ENGINE
