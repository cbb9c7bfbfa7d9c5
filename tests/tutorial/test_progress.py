"""What a learner has done is kept, whatever happens to one of its files."""

import subprocess
import sys

from tutorial.disk import progress


def test_a_damaged_file_hides_no_other_exercise(project, capsys):
    progress.note(["1.1"], passed=True)
    progress.note(["2.1"], failed="abc")
    progress.note(["3.1"], failed="abc")
    progress.note(["4.1"], hints=2)
    (progress.FOLDER / "2.1.json").write_text('{"passed": true, "failed": ["ab')
    (progress.FOLDER / "3.1.json").write_bytes(b"\xff\x00 nonsense")
    (progress.FOLDER / "5.1.json").write_text('{"passed": "yes"}')
    (progress.FOLDER / "6.1.json").write_text("[]")
    assert progress.of(["1.1"])["passed"] and progress.of(["4.1"])["hints"] == 2
    assert progress.of(["2.1"]) == progress.EMPTY
    progress.note(["2.1"], passed=True)
    assert [progress.of([name])["passed"] for name in ("1.1", "2.1", "3.1", "5.1", "6.1")] == [True, True] + [False] * 3


def test_an_attempt_counts_once_and_a_pass_stays(project):
    for failed in ("abc", "abc", "def"):
        known = progress.note(["4.1"], failed=failed)
    assert known == {"passed": False, "failed": ["abc", "def"], "hints": 0}
    progress.note(["4.1"], passed=True)
    assert progress.note(["4.1"], failed="ghi", hints=1) == {
        "passed": True,
        "failed": ["abc", "def", "ghi"],
        "hints": 1,
    }


NOTE = """
import sys
sys.path.insert(0, "notebooks")
from tutorial.disk import progress
for number in range(40):
    progress.note([f"{sys.argv[1]}.{number}"], failed=str(number))
"""


def test_notebooks_side_by_side_lose_nothing(project):
    both = [subprocess.Popen([sys.executable, "-c", NOTE, name], cwd=project) for name in ("7", "8")]
    assert [process.wait(60) for process in both] == [0, 0]
    assert all(progress.of([f"{name}.{number}"])["failed"] for name in (7, 8) for number in range(40))
