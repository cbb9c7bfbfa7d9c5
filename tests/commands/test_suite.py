"""`manage.py test`."""

import shutil

from courses import manage

TESTS = """
import os

def test_saves_meet_bytecode_as_they_do_in_class():
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ

def test_that_fails_on_wish():
    assert os.environ.get("WISH") != "fail"
"""


def test_it_runs_pytest_over_the_tests_and_exits_as_it_does(course):
    folder = course()
    shutil.rmtree(folder / "tests" / "commands")
    shutil.rmtree(folder / "tests" / "tutorial", ignore_errors=True)
    for path in folder.glob("tests/**/*.py"):
        path.unlink()
    (folder / "tests" / "test_something.py").write_text(TESTS)
    process = manage(folder, "test", "--numprocesses=1", PYTHONDONTWRITEBYTECODE="1")
    assert process.returncode == 0, process.stdout + process.stderr
    assert "2 passed" in process.stdout.splitlines()[-1]
    process = manage(folder, "test", "-k", "wish", WISH="fail")
    assert process.returncode == 1
    assert "1 failed" in process.stdout.splitlines()[-1] and "passed" not in process.stdout.splitlines()[-1]
