"""A check, whatever the handler does; hints, solutions and progress; all of it in a kernel."""

import asyncio
import contextlib
import csv
import io
import os
import re
import threading
import time

import psutil
import pytest
from answers import HANDLER, begin, put, shown, starter, verdict
from copies import copy
from kernel import Kernel, until
from tutorial.check import every, find, judge
from tutorial.check.faults import every_fault
from tutorial.disk import progress
from tutorial.disk.project import TutorialError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect as threaded

SECONDS = 5.0  # that a check may take


@pytest.mark.skipif(os.name == "nt", reason="there nobody holds a process up")
def test_a_server_that_is_slow_to_read_is_told_the_right_mistake(shared):
    """A worker that the machine lets run for a moment in every third of a second, as beside thirty others."""
    exercise = every()["14.1"]
    begin(exercise)
    put(exercise, exercise.solution.replace("len(text)", "len(text.encode())"))
    shared.fresh()
    worker, over = psutil.Process(shared._serving.worker.pid), threading.Event()

    def hold_up():
        while not over.is_set():
            worker.suspend()
            over.wait(0.25)
            worker.resume()
            over.wait(0.08)

    held_up = threading.Thread(target=hold_up)
    held_up.start()
    try:
        result = judge.check(shared, exercise)
    finally:
        over.set()
        held_up.join()
    assert "100 characters and 200 bytes" in shown(result), result


# What a handler may do to a check.

BEGIN = """\
import asyncio
import os
import time


async def websocket_application(scope, receive, send):
"""
CONNECTED = """\
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
"""
HOSTILE = {
    "blocks the loop": (CONNECTED + "    time.sleep(60)\n", "stands still"),
    "blocks at once": ("    while True:\n        pass\n", "stands still"),
    "holds the interpreter": (CONNECTED + "    9 ** 9 ** 9\n", "nothing"),
    "never accepts": ("    await asyncio.sleep(60)\n", "never calls receive()"),
    "floods": (
        CONNECTED + '    while True:\n        await send({"type": "websocket.send", "text": "x" * 9999})\n',
        "'x",
    ),
    "floods the answer": (
        CONNECTED + '    while True:\n        await send({"type": "websocket.send", "text": "pong!"})\n',
        "sends without end",
    ),
    "a strange code": (
        CONNECTED + '    await send({"type": "websocket.close", "code": 4242})\n',
        "closed with code 4242",
    ),
    "os._exit": (CONNECTED + "    os._exit(3)\n", "ended with exit status 3"),
    "exits at once": ("    os._exit(3)\n", "ended with exit status 3"),
    "cannot be imported": ("    pass\n\n\nimport nothing\n", "No module named 'nothing'"),
    "raises": ("    1 / 0\n", "ZeroDivisionError"),
}


def test_a_check_ends_whatever_the_handler_does_and_says_what_it_met(project, server):
    exercise = find("check", "4.1")
    begin(exercise)
    for name, (body, words) in HOSTILE.items():
        put(exercise, BEGIN + body)
        server.fresh()  # the save has started it already
        since = time.monotonic()
        result = judge.check(server, exercise)
        assert time.monotonic() - since < SECONDS, f"{name} takes {time.monotonic() - since:.1f} s"
        assert "not yet" in verdict(result) and words in shown(result), f"{name}: {result}"
    put(exercise, exercise.solution)
    assert "passed" in verdict(judge.check(server, exercise))


def test_a_check_shows_what_keeps_it_from_checking_and_counts_no_attempt(project, server, monkeypatch):
    exercise = find("check", "4.1")
    begin(exercise)
    put(exercise, exercise.solution)
    monkeypatch.setattr(server, "fresh", lambda: {}["gone"])
    result = judge.check(server, exercise)
    assert "could not be checked" in verdict(result) and "is not the reason. KeyError: 'gone'" in shown(result)
    assert progress.of(exercise.names) == progress.EMPTY


def slow(handler: str, seconds: float) -> str:
    """Return a handler that takes its time for each message."""
    work = '        if event["type"] == "websocket.receive":\n'
    assert handler.count(work) == 1
    return "import asyncio\n\n\n" + handler.replace(work, f"{work}            await asyncio.sleep({seconds})\n")


def test_a_check_that_takes_too_long_is_said_to_be_slow_and_counts_no_attempt(project, server):
    exercise = find("check", "4.1")
    begin(exercise)
    put(exercise, slow(exercise.solution, 1))
    result = judge.check(server, exercise)
    assert "could not be checked" in verdict(result) and "All answers were right so far" in shown(result)
    assert progress.of(exercise.names) == progress.EMPTY


def test_a_later_check_does_not_mind_how_an_earlier_exercise_was_solved(project, server):
    later = find("check", "3.1")
    begin(later)
    put(find("check", "2.1"), find("check", "2.1").solution)  # prints a line for each connection
    put(later, later.solution)
    assert "passed" in verdict(judge.check(server, later))


# 5.1, which is done with a client.


def talk(server, *texts: str, code: int | None = 1000, answers: int = 2) -> None:
    """Be the client of 5.1: send texts, wait for answers, close with a code, or drop the connection for None."""

    async def client():
        ws = await connect(server.url, close_timeout=1)
        for text in texts:
            await ws.send(text)
        for _ in range(answers):
            await asyncio.wait_for(ws.recv(), 2)
        if code is None:
            ws.transport.abort()
        else:
            await ws.close(code)

    asyncio.run(client())


TALKS = {
    "no PING": ((("ping", "ping"), 4001), "One frame is missing"),
    "PING last": ((("ping", "ping", "PING"), 4001), "in another order"),
    "no code": ((("ping", "PING", "ping"), 1000), "the client chooses it"),
    "another code": ((("ping", "PING", "ping"), 4002), "close code 4002"),
    "no close frame": ((("ping", "PING", "ping"), None), "without a close frame"),
    "sends the answers": ((("ping", "pong!", "PING", "ping", "pong!"), 4001), "not the client's"),
}


def test_a_timeline_is_matched_frame_by_frame(project, server):
    exercise = find("check", "5.1")
    begin(exercise)
    assert "not attempted" in verdict(judge.check(server, exercise))
    server.start()
    assert "not attempted" in verdict(judge.check(server, exercise))
    talk(server, answers=0)
    assert "not attempted" in verdict(judge.check(server, exercise)), "the starter has no frames"
    messages = []
    for name, ((texts, code), words) in TALKS.items():
        talk(server, *texts, code=code)
        result = judge.check(server, exercise)
        assert "not yet" in verdict(result) and words in shown(result), f"{name}: {result}"
        messages.append(result.text.split("\n\n")[1])
    assert len(set(messages)) == len(messages)
    talk(server, "ping", "PING", "ping", code=4001)
    assert "passed" in verdict(judge.check(server, exercise))


def test_a_client_is_judged_on_what_it_sent_fifty_times_in_a_row(project, server):
    exercise = find("check", "5.1")
    begin(exercise)
    server.start()
    for round in range(25):
        for answers in (2, 0):  # a client that reads no answer is gone before the handler has received all of it
            talk(server, "ping", "PING", "ping", code=4001, answers=answers)
            result = judge.check(server, exercise)
            assert "passed" in verdict(result), f"{round}, {answers} answers: {result}"


def test_a_client_that_stays_is_told_to_close(project, server):
    exercise = find("check", "5.1")
    begin(exercise)
    server.start()
    with threaded(server.url) as ws:
        for text in ("ping", "PING", "ping"):
            ws.send(text)
        result = judge.check(server, exercise)
    assert "not yet" in verdict(result) and "The connection is still open" in shown(result)


def test_a_client_that_a_slow_handler_still_serves_is_judged_when_that_is_done(project, server):
    exercise = find("check", "5.1")
    begin(exercise)
    (project / HANDLER).write_text(slow((project / HANDLER).read_text(), 0.2))
    server.start()
    talk(server, "ping", "PING", "ping", code=4001, answers=0)
    assert "passed" in verdict(judge.check(server, exercise))


def test_a_check_judges_its_own_connections_only(project, server):
    exercise = find("check", "4.1")
    begin(exercise)
    put(exercise, exercise.solution)
    server.start()

    async def strangers():
        stop = asyncio.Event()

        async def stranger():
            while not stop.is_set():
                with contextlib.suppress(OSError, WebSocketException):
                    async with connect(f"ws://localhost:{server.port}/", close_timeout=0.1) as ws:
                        await ws.send(b"bytes")  # which the handler of this lesson does not survive
                await asyncio.sleep(0.05)

        noise = asyncio.create_task(stranger())
        try:
            return await asyncio.to_thread(judge.check, server, exercise)
        finally:
            stop.set()
            await noise

    result = asyncio.run(strangers())
    others = [each for each in server.connections() if not each["agent"].startswith("check 4.1 ")]
    assert any(entry["kind"] == "raise" for each in others for entry in each["entries"])
    assert "passed" in verdict(result), result


def test_a_check_serves_from_any_state_and_closes_what_is_open(project, server):
    exercise = find("check", "4.1")
    begin(exercise)
    put(exercise, exercise.solution)
    assert "passed" in verdict(judge.check(server, exercise)), "never started"
    server.stop()
    assert "passed" in verdict(judge.check(server, exercise)), "stopped"

    async def tab():
        async with connect(server.url) as ws:
            result = await asyncio.to_thread(judge.check, server, exercise)
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(ws.recv(), 5)
            return result, closed.value.rcvd.code

    result, code = asyncio.run(tab())
    assert "passed" in verdict(result) and code == 1012


# Hints, solutions, progress.


def test_hints_go_deeper_and_the_solution_opens_after_three_attempts(project, server):
    exercise = find("hint", "4.1")
    begin(exercise)
    seen = [judge.hint(exercise).text for _ in range(len(exercise.hints) + 1)]
    assert len(set(seen)) == len(exercise.hints) and seen[-1] == seen[-2]
    for attempt in range(3):
        put(exercise, starter(exercise))
        judge.check(server, exercise)  # an unchanged file is no attempt
        for _ in range(2):  # nor is the same file twice
            assert "not open yet" in repr(judge.solution(exercise))
            put(exercise, starter(exercise) + f"\nATTEMPT = {min(attempt, 1)}\n")
            judge.check(server, exercise)
    put(exercise, starter(exercise) + "\nATTEMPT = 2\n")
    assert "%solution 4.1 is open" in repr(judge.check(server, exercise))
    assert exercise.solution.strip() in repr(judge.solution(exercise))
    assert "3 attempts" in repr(judge.overview())


def test_a_pass_opens_the_solution_and_stays(project, server):
    exercise = find("check", "4.2")
    begin(exercise)
    put(exercise, exercise.solution)
    judge.check(server, exercise)
    put(exercise, exercise.solution.replace("count = 0", "count = 1"))
    assert "not yet" in verdict(judge.check(server, exercise))
    assert "our solution" in repr(judge.solution(exercise))
    assert re.search(r"4\.2 +✓ passed", repr(judge.overview()))


def test_a_solution_stands_beside_the_own_one_with_what_is_different_and_why(project, server):
    exercise = find("check", "4.1")
    begin(exercise)
    own = exercise.solution.replace("text = ", "rest = ").replace('"text": text', '"text": rest')
    put(exercise, own)
    assert verdict(judge.check(server, exercise)).startswith("✓")
    told = judge.solution(exercise).text
    assert (
        "What makes yours into ours" in told
        and "-                rest = " in told
        and "+                text = " in told
    )
    assert exercise.why.split(".")[0] in " ".join(told.split())
    put(exercise, exercise.solution)
    assert "What makes yours" not in judge.solution(exercise).text  # nothing is different
    put(exercise, starter(exercise))
    assert "What makes yours" not in judge.solution(exercise).text  # nothing of the learner's own is there


def test_what_is_done_can_be_handed_in_with_no_name_but_the_one_that_was_typed(project):
    progress.note(find("check", "4.1").names, failed="abc")
    progress.note(find("check", "4.1").names, passed=True, hints=2)
    rows = list(csv.DictReader(io.StringIO(judge.as_csv('Ada, "the first"'))))
    assert len(rows) == len(every()) + len(every_fault())
    assert {row["name"] for row in rows} == {'Ada, "the first"'}
    done = {"number": "4.1", "title": "A second command", "mark": "core", "passed": "1", "attempts": "1", "hints": "2"}
    assert [row for row in rows if row["passed"] == "1"] == [{"name": rows[0]["name"], **done}]
    unnamed = judge.as_csv("")
    assert {row["name"] for row in csv.DictReader(io.StringIO(unnamed))} == {""}
    assert all(secret not in unnamed for secret in (os.environ.get("USER", "root "), str(project.parent)))


def test_an_exercise_that_got_another_number_keeps_its_progress(project):
    progress.FOLDER.mkdir(parents=True)
    for number in ("6.2", "8.1"):  # as an earlier course has kept it
        (progress.FOLDER / f"{number}.json").write_text('{"passed": true, "failed": [], "hints": 1}')
    told = repr(judge.overview())
    assert re.search(r"7\.1 +✓ passed +JSON from a stranger", told)
    assert re.search(r"9\.1 +✓ passed +Hello at an address", told)
    assert re.search(r"8\.1 +· not attempted +How many", told) and "2 of " in told
    progress.note(find("check", "7.1").names, hints=2)
    assert progress.of(["json-from-a-stranger"]) == {"passed": True, "failed": [], "hints": 2}


def test_a_number_that_no_exercise_has_is_answered_with_those_there_are(project):
    for number in ("9.9", "", "4"):
        with pytest.raises(TutorialError, match=rf"They go from 1\.1 to {re.escape(list(every())[-1])}: %check 1\.1"):
            find("check", number)


# In a kernel.

WAITS = """\
async def websocket_application(scope, receive, send):
    print("here", flush=True)
    while True:
        await receive()
"""


def test_a_check_that_needs_tables_names_the_cell_that_makes_them(tmp_path):
    exercise = find("check", "11.1")
    with Kernel(copy(tmp_path / "course")) as kernel:
        save = f"%%save {exercise.saves}\n{exercise.solution}"
        said = kernel.run("%load_ext tutorial\n%lesson 12\nserver.start()", save, "%check 11.1")
    assert "The database has no tables yet: run the cell with migrate above" in " ".join(said.split())


def test_checks_in_a_kernel_never_stop_run_all_and_the_stop_button_ends_them(project):
    exercise = find("check", "4.1")
    begin(exercise)
    with Kernel(project) as kernel:
        told = kernel.run("%load_ext tutorial", f"%%save {HANDLER}\n{starter(exercise)}", "%check 4.1", "%hint 4.1")
        assert "· 4.1 A second command: not attempted yet." in told and "hint 1 of 3" in told
        failed, after = kernel.send(f"%%save {HANDLER}\n{WAITS}"), kernel.send("%check 4.1")
        told = kernel.result(failed, after, kernel.send("%progress"))
        assert told.count("never sends websocket.accept") == 1, told
        assert "✗ 1 attempt" in told and "Traceback" not in told

        log = project / ".course/server.log"
        os.truncate(log, 0)
        stopped = kernel.send("%check 4.1")
        until(lambda: b"here" in log.read_bytes())
        since = time.monotonic()
        kernel.manager.interrupt_kernel()
        told = kernel.result(stopped)
        assert time.monotonic() - since < 2 and "tutorial/" not in told and "not yet" not in told, told
        told = kernel.run(f"%%save {HANDLER}\n{exercise.solution}", "%check 4.1", "%progress", "%check 9.9")
        assert "✓ 4.1 A second command: passed." in told and f"1 of {len(every())} exercises passed" in told
        assert "There is no exercise 9.9" in told and "Traceback" not in told
        kernel.run(f"%%save {HANDLER}\n{find('check', '3.1').solution}")
        *above, last = kernel.run("%check 3.1").strip().splitlines()
        assert last == "✓ 3.1 Count connections: passed." and "server │ 1 connected" in above
