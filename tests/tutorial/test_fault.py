"""Faults: each is planted in silence, differs on the wire from a right handler, and can be named and mended."""

import difflib
import re

import pytest
from answers import set_up
from copies import PROJECT
from kernel import Kernel
from tutorial.check import find, judge
from tutorial.check.faults import LETTERS, choices, choose, every_fault, found
from tutorial.disk import course, fault, history, progress
from tutorial.disk.files import digest
from tutorial.disk.project import TutorialError

HANDLER = "websocket_app/websocket.py"
ALL = pytest.mark.parametrize("planted", every_fault().values(), ids=lambda each: f"{each.title}-{each.file}")


def verdict(result) -> str:
    return result.text.splitlines()[-1]


def plant(planted) -> None:
    """Do what `%fault N` does to the files."""
    files = planted.planted
    fault.note(number=int(planted.title), path=planted.saves, digest=digest(files[planted.saves]), named=False)
    for name, content in course.alone(files).items():
        history.replace(PROJECT / name, content)
    set_up(planted.lesson)


def letter(planted) -> str:
    return next(key for key, each in choices(planted).items() if each is planted)


def test_the_catalogue_is_whole():
    assert sorted(every_fault()) == list(range(1, len(every_fault()) + 1))
    assert len(every_fault()) >= 20
    assert len({each.shows for each in every_fault().values()}) == len(every_fault())
    files = {(each.lesson, file) for each in every_fault().values() for file in [each.file, *each.beside.values()]}
    there = {(int(path.parent.name), path.name) for path in (PROJECT / "notebooks/course/faults").glob("*/*.py")}
    assert files == there


@ALL
def test_a_fault_is_one_small_change_and_is_asked_for_in_five_ways(planted):
    right = planted.solution.splitlines()
    wrong = planted.planted[planted.saves].decode().splitlines()
    compile("\n".join(wrong), planted.file, "exec")
    changed = [line for line in difflib.ndiff(right, wrong) if line[0] in "+-"]
    assert 0 < len(changed) <= 10
    assert len(planted.hints) == 3 and list(choices(planted)) == list(LETTERS)
    assert len({each.shows for each in choices(planted).values()}) == 5
    assert choices(planted) == choices(planted)


@ALL
def test_a_fault_is_named_and_mended(shared, planted):
    plant(planted)
    assert fault.hidden()
    silent = judge.check(shared, find("check", "fault"))
    assert "not attempted" in verdict(silent) and "still there" in silent.text
    wrong = next(key for key, each in choices(planted).items() if each is not planted)
    assert "not " in verdict(found(wrong)) and fault.hidden()
    assert "named." in verdict(found(letter(planted))) and not fault.hidden()
    assert "which of these" in found("").text and "named." in verdict(found(letter(planted))), "asked once more"
    said = judge.check(shared, find("check", "fault"))
    assert "✗" in verdict(said), f"what is checked does not see the mistake: {said}"
    (PROJECT / planted.saves).write_text(planted.solution)
    said = judge.check(shared, find("check", "fault"))
    assert "passed" in verdict(said) and planted.shows.split()[0] in said.text, said
    assert progress.of(planted.names)["passed"]


def test_the_lessons_own_cell_does_not_solve_it(shared):
    planted = choose("6")
    plant(planted)
    (PROJECT / planted.saves).write_text(planted.solution)
    said = judge.check(shared, find("check", "fault"))
    assert "not attempted" in verdict(said)
    assert "%fault 6 plants it again" in " ".join(said.text.split())
    assert "not there any more" in verdict(found("")) and "not there any more" in verdict(found("a"))


def test_what_no_fault_answers_to_is_told(project):
    for line in ("0", "99", "x", "-1"):
        with pytest.raises(TutorialError, match="There is no fault"):
            choose(line)
    for ask in (lambda: find("check", "fault"), lambda: found(""), lambda: found("a")):
        with pytest.raises(TutorialError, match="No fault is planted"):
            ask()
    (project / ".course").mkdir(exist_ok=True)
    for damaged in ("[1", "[1]", '"x"', "7", '{"number": "1"}', '{"path": 5}', '{"digest": null}', "\xff"):
        (project / ".course" / "fault.json").write_text(damaged)
        assert fault.planted() == fault.NONE and not fault.hidden()
    plant(choose("3"))
    with pytest.raises(TutorialError, match="one of the letters a to e"):
        found("x")


def test_chance_never_takes_the_same_twice(project, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "/somewhere/04_ping_pong.ipynb")
    last = 0
    for _ in range(30):
        chosen = choose("")
        assert int(chosen.title) != last and chosen.lesson in (3, 4)
        last = int(chosen.title)
        fault.note(number=last)
    monkeypatch.setenv("JPY_SESSION_NAME", "mine.ipynb")
    with pytest.raises(TutorialError, match="This notebook is no lesson"):
        choose("")
    for lesson in course.titles():
        monkeypatch.setenv("JPY_SESSION_NAME", f"{lesson:02}.ipynb")
        assert choose("").lesson <= lesson


CLIENT = """
import asyncio
from websockets import connect
async def client(*messages):
    async with connect(server.url) as ws:
        for message in messages:
            await ws.send(message)
            print(await ws.recv())
asyncio.run(client("ping"))"""


@pytest.fixture(scope="module")
def kernel(shared_server):
    shared_server.stop()
    with Kernel(PROJECT, "04_ping_pong.ipynb") as kernel:
        kernel.run("%load_ext tutorial", "%lesson 4")
        yield kernel


def test_a_hidden_fault_is_not_explained_until_it_is_named(kernel):
    own = "# mine\nasync def websocket_application(scope, receive, send):\n    pass\n"
    kernel.run(f"%%save {HANDLER}\n{own}")
    said = kernel.run("%fault 8")
    assert f"Fault 8: one mistake is planted in {HANDLER}" in said and f"{HANDLER} as " in said
    shown = kernel.run(CLIENT + '\nasyncio.run(client("ping", "ping"))')
    assert "ConnectionClosed" in shown and "returns" not in shown and "break" not in shown, shown
    drawn = kernel.run("%timeline")
    assert "returns" in drawn and "break" not in drawn and "your application returned" not in drawn
    known = choices(every_fault()[8])
    listed = " ".join(kernel.run("%found").split())
    assert all(f"{key} {each.shows}" in listed for key, each in known.items()), listed
    assert "hint 1 of 3" in kernel.run("%hint fault")
    # The lesson's own cell mends it without a word on where it was.
    saved = kernel.run(f"%%save {HANDLER}\n" + every_fault()[8].solution)
    assert "websocket.py: changed" in saved and "break" not in saved, saved
    assert "%fault 8 plants it again" in " ".join(kernel.run("%check fault").split())
    kernel.run("%fault 8")
    said = kernel.run(f"%found {letter(every_fault()[8])}")
    assert "✓ Fault 8: named." in said
    shown = kernel.run('asyncio.run(client("ping", "ping"))')
    assert "Your application returns" in shown or "returned" in shown, shown
    assert "-                break" in kernel.run(f"%%save {HANDLER}\n" + every_fault()[8].solution)
    assert "✓ Fault 8: passed." in kernel.run("%check fault")
    assert f"1 of {len(every_fault())} faults found" in kernel.run("%progress")


def test_a_fault_outlives_the_kernel_and_the_own_file_comes_back():
    with Kernel(PROJECT, "04_ping_pong.ipynb") as kernel:
        kernel.run("%load_ext tutorial", "%lesson 4", f"%%save {HANDLER}\n# unsaved work\n")
        said = kernel.run("%fault 6")
        number = re.search(rf"{HANDLER} as (\d+)", said)[1]
    with Kernel(PROJECT, "04_ping_pong.ipynb") as kernel:
        assert "which of these is it?" in kernel.run("%load_ext tutorial\n%found")
        kernel.run(f"%restore {number}")
        assert "not there any more" in kernel.run("%found")
    assert (PROJECT / HANDLER).read_text() == "# unsaved work\n"


PREDICTIONS = {
    "%predict 403\nprint(403)": "✓ You predicted it: 403",
    "%predict  ' Pong! ' \nprint('pong!')": "✓ You predicted it: pong!",
    "%predict 0.30\nprint(0.3)": "✓ You predicted it: 0.3",
    "%predict 1 2 3\nprint('1, 2')\nprint(3)": "✓ You predicted it: 1, 2 3",
    "%predict NotImplementedError\nraise NotImplementedError('no')": "✓ You predicted it: NotImplementedError",
    "%predict 500\nprint(403)": "✗ You predicted 500, and it is 403. Why?",
    "%predict nothing\n1 + 1": "✓ You predicted it: nothing",
    "%predict\nprint(403)": "· You predicted nothing, and it is 403.",
    "%predict": "· You predicted nothing, and it is nothing.",
    "%predict 1\n%predict 2\nprint(2)": "✓ You predicted it: 2",
    "%predict nothing\nraise KeyboardInterrupt": "✓ You predicted it: nothing",
    "%predict many words, and none of them a number\nprint(7)": "and it is 7. Why?",
}


@pytest.mark.parametrize("cell", PREDICTIONS, ids=lambda cell: cell.replace("\n", " "))
def test_a_prediction_is_compared_with_what_the_cell_printed(kernel, cell):
    for _ in range(2):
        shown = kernel.run(cell)
        assert PREDICTIONS[cell] in " ".join(shown.split()), shown
    assert kernel.run("import sys; print(type(sys.stdout).__name__)").strip() == "OutStream"
