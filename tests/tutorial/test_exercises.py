"""Every exercise, proven: its starter is no attempt, its solution passes, plausible wrong answers are told apart."""

import ast
import inspect
import re
import time

import pytest
from answers import begin, notebooks, put, shown, starter, verdict
from tutorial.check import every, judge
from tutorial.check.exercises import MARKS
from tutorial.disk import course
from wrong_answers import WRONG

SECONDS = 5.0  # that a check may take
ALL = pytest.mark.parametrize("exercise", every().values(), ids=every())
TABLES = every()["11.1"].mistakes[0][2]  # that there are none; a test of test_check.py hears it
OF_FILES = pytest.mark.parametrize("exercise", [e for e in every().values() if e.saves], ids=lambda e: e.number)


@ALL
def test_the_exercise_is_whole(exercise):
    assert exercise.mark in MARKS and 10 < len(exercise.why.split()) < 60
    assert len(exercise.hints) >= 2 and all(hint.strip() for hint in exercise.hints)
    assert "TODO" in starter(exercise) and "TODO" not in exercise.solution


@OF_FILES
def test_a_starter_is_no_attempt_and_a_solution_passes(shared, exercise):
    begin(exercise)
    worker = shared._serving.worker
    assert "not attempted" in verdict(judge.check(shared, exercise))
    put(exercise, starter(exercise))
    assert "not attempted" in verdict(judge.check(shared, exercise))
    assert shared._serving.worker is worker, "nothing to check, and a worker was started"
    put(exercise, starter(exercise).replace("TODO", "DONE"))
    assert "not yet" in verdict(judge.check(shared, exercise)), "an edit of the learner's own is an attempt"
    put(exercise, exercise.solution)
    result = judge.check(shared, exercise)
    assert verdict(result) == f"✓ {exercise.number} {exercise.title}: passed.", result
    assert "<details><summary" in result.html and "<details open" not in result.html


@pytest.mark.parametrize("number", ["4.1", "8.1", "13.1", "14.3"])
def test_where_a_name_is_unknown_nothing_else_is_guessed(shared, number):
    exercise = every()[number]
    begin(exercise)
    put(exercise, re.sub(r"# TODO.*", "unknown_name", starter(exercise), count=1))
    result = judge.check(shared, exercise)
    assert "NameError" in result.text
    assert not [words for _, words in WRONG[number].values() if words in shown(result)], result


@OF_FILES
def test_wrong_answers_are_told_apart(shared, exercise):
    begin(exercise)
    messages = {}
    for name, (changes, words) in WRONG[exercise.number].items():
        content = exercise.solution
        for old, new in changes:
            assert old in content, f"{name}: {old!r} is not in the solution"
            content = content.replace(old, new)
        put(exercise, content)
        shared.fresh()  # the save has started it already
        since = time.monotonic()
        result = judge.check(shared, exercise)
        assert time.monotonic() - since < SECONDS
        assert verdict(result).startswith("✗") and "not yet" in verdict(result), f"{name}: {result}"
        assert words in shown(result), f"{name}: {result}"
        assert result.html.startswith("<table"), "the steps are not folded"
        messages[name] = shown(result)
    assert len(messages) >= 3
    for name, (_, words) in WRONG[exercise.number].items():
        assert [other for other, text in messages.items() if words in text] == [name], "told apart"
    put(exercise, starter(exercise).replace("TODO", "DONE"))
    told = " ".join([*messages.values(), shown(judge.check(shared, exercise))])
    # Of one mistake that shows in several ways, one is enough.
    named = [words for _, words in WRONG[exercise.number].values()]
    rows = [say for say in sentences(exercise.mistakes) if say != TABLES]
    assert not [say for say in rows if say not in told and not any(words in say for words in named)], "nobody hears it"


def sentences(mistakes) -> list[str]:
    """Return all that an exercise may say of likely mistakes; of a sentence with values in it, the longest part."""
    if not callable(mistakes):
        return [say for *_, say in mistakes]
    returned = [node for node in ast.walk(ast.parse(inspect.getsource(mistakes))) if isinstance(node, ast.Return)]
    parts = [part for node in returned for part in ast.walk(node)]
    whole = [part for part in parts if isinstance(part, ast.JoinedStr)]
    inside = [value for each in whole for value in each.values]
    alone = [part.value for part in parts if isinstance(part, ast.Constant) and part not in inside]
    mixed = [max((v.value for v in each.values if isinstance(v, ast.Constant)), key=len, default="") for each in whole]
    return [say for say in alone + mixed if isinstance(say, str) and " " in say.strip()]


def test_no_two_exercises_keep_their_progress_under_one_name():
    names = [exercise.names[0] for exercise in every().values()]
    assert sorted(set(names)) == sorted(names), "who passes one has passed the other"


def test_each_exercise_stands_in_one_notebook_and_no_solution_in_any():
    named = [
        (number, name)
        for name, cells in notebooks().items()
        for cell in cells
        for number in re.findall(r"^%check\s+(\S+)", cell.source, re.M)
    ]
    assert sorted(number for number, _ in named) == sorted(every()), "one %check each"
    assert all(name.startswith(f"{every()[number].lesson:02}_") for number, name in named)
    texts = {name: [re.sub(r"^%%.*\n", "", c.source).strip() for c in cells] for name, cells in notebooks().items()}
    for exercise in every().values():
        assert not [name for name, cells in texts.items() if exercise.solution.strip() in cells]


def test_an_exercise_begins_without_what_was_an_experiment():
    for name, cells in notebooks().items():
        tried = set()  # files that an experiment of this lesson has left
        for cell in cells:
            saves, tags = re.match(r"%%save (\S+)", cell.source), cell.metadata.get("tags", [])
            path = saves and saves[1]
            if "exercise" in tags:
                assert tried <= {path}, f"{name}: a right answer fails, because {tried} is as an experiment left it"
            elif path:
                tried = tried | {path} if "experiment" in tags else tried - {path}


def test_nothing_that_a_lesson_saves_passes_for_a_solution_of_the_learner():
    for exercise in every().values():
        content = exercise.solution.encode()
        assert not exercise.saves or not course.known(exercise.saves, content)
