"""The teacher's kit says what the course is now."""

import re
import subprocess
import sys

from copies import ORIGINAL
from tutorial.check import every
from tutorial.check.faults import every_fault
from tutorial.disk import course

KIT = [sys.executable, "notebooks/course/kit.py"]
TEACHING = (ORIGINAL / "TEACHING.md").read_text(encoding="utf-8")


def test_what_is_made_from_the_course_is_fresh():
    done = subprocess.run([*KIT, "--check"], cwd=ORIGINAL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stale_page_is_noticed_and_made_anew(project):
    page = project / "REFERENCE.md"
    before = page.read_text(encoding="utf-8")
    page.write_text(before.replace("websocket.accept", "websocket.yes"), encoding="utf-8")
    done = subprocess.run([*KIT, "--check"], cwd=project, capture_output=True, text=True)
    assert done.returncode == 1 and "REFERENCE.md is stale" in done.stdout
    subprocess.run(KIT, cwd=project, check=True, capture_output=True)
    assert page.read_text(encoding="utf-8") == before


def test_a_lesson_has_a_goal_three_questions_and_an_exit_ticket():
    lessons = re.split(r"^### (?=\d+ · )", TEACHING, flags=re.MULTILINE)[1:]
    assert [text.splitlines()[0] for text in lessons] == [f"{n} · {title}" for n, title in course.titles().items()]
    for text in lessons:
        assert "**After it** a learner can" in text and "**Exit ticket**" in text
        assert len(re.findall(r"^\d\. ", text, re.MULTILINE)) == 3, text[:40]


def test_every_exercise_and_every_fault_is_named():
    assert all(f"**{each.number} {each.title}** ({each.mark};" in TEACHING for each in every().values())
    assert all(f"**Fault {number}** (" in TEACHING for number in every_fault())


def test_the_plans_fill_their_time():
    plan = TEACHING.partition("### 90 minutes")[2].partition("###")[0]
    assert sum(map(int, re.findall(r"^\| (\d+) \|", plan, re.MULTILINE))) == 90
