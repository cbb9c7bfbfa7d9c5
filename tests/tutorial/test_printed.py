"""What handlers print: with all that standard output can do, shown under the cell, counted right, in bounded memory."""

import logging
import re
import time
from pathlib import Path

import pytest
from handlers import ASK, SAVE, ask, handler
from kernel import Kernel
from tutorial.record.printed import Printed
from tutorial.record.recorder import LINE, LINES, Recorder


@pytest.fixture
def recorder():
    return Recorder(Path(__file__).parent)


@pytest.fixture
def printed(recorder, tmp_path):
    with open(tmp_path / "log", "w", encoding="utf-8") as log:
        yield Printed(recorder, log)


def lines(recorder):
    return [text for _, text in recorder.printed]


@pytest.mark.parametrize(
    "work",
    [
        'print("a")',
        'print("a", end="", flush=True)',
        'import sys; sys.stdout.write("a")',
        'import sys; sys.stdout.writelines(["a", "\\n"])',
        'import sys; sys.stdout.buffer.write(b""); print("a")',
        'import sys; sys.stdout.reconfigure(line_buffering=True); print("a")',
        'import sys; print("a") if sys.stdout.writable() and not sys.stdout.closed else None',
    ],
)
def test_a_handler_prints_in_any_way(project, server, work):
    (project / "websocket_app" / "websocket.py").write_text(handler("said", work))
    server.start()
    assert ask(server.url) == "said"
    first = server.report()
    assert first["printed"] == ["a"]
    assert ask(server.url) == "said"
    assert server.report(first["cursor"])["printed"] == ["a"]


def test_a_line_that_was_shown_before_its_newline_is_not_shown_twice(recorder, printed):
    printed.write("half")
    printed.finish()
    printed.finish()
    printed.write("\n")
    printed.write("half")
    printed.finish()
    printed.write(" and the rest\n\n")
    assert lines(recorder) == ["half", "half", " and the rest", ""]


def test_what_is_kept_of_prints_is_bounded(recorder, printed):
    print("x" * 10_000_000, file=printed)
    assert lines(recorder) == ["x" * LINE + "…"]
    for _ in range(3 * LINE):
        printed.write("no newline")
    printed.finish()
    assert lines(recorder)[1] == ("no newline" * LINE)[:LINE] + "…"
    for _ in range(2 * LINES):
        print("x" * (LINE + 1), file=printed)
    assert sum(map(len, lines(recorder))) == LINES * (LINE + 1)


def test_standard_error_and_logging_are_lines_too(recorder, printed):
    error = Printed(recorder, printed.stream)
    logger = logging.Logger("handler")
    logger.addHandler(logging.StreamHandler(error))
    print("half", end="", file=printed)
    logger.warning("over %s", "there")
    try:
        raise ValueError("no such room")
    except ValueError:
        logger.exception("failed")
    print(" and half", file=printed)
    assert lines(recorder)[:3] == ["over there", "failed", "Traceback (most recent call last):"]
    assert lines(recorder)[-2:] == ["ValueError: no such room", "half and half"]


def not_told(said: str, printed: list[str]) -> list[str]:
    """Return what is left of printed lines behind those that a cell has shown, or counted, in that order."""
    for line in said.splitlines():
        counted = re.match(r"server │ … ([\d,]+) lines? before these: print\(server.log\)", line)
        if counted:
            printed = printed[int(counted[1].replace(",", "")) :]
        elif line.startswith("server │ "):
            assert line == f"server │ {printed[0]}"
            printed = printed[1:]
    return printed


@pytest.mark.parametrize("count", [3, 50, 51, 5000])
def test_the_lines_shown_and_the_lines_counted_are_all_that_were_printed(project, count):
    numbers = [str(number) for number in range(count)]
    with Kernel(project) as kernel:
        prints = handler(work=f'print(*range({count}), sep="\\n")')
        said = kernel.run("%load_ext tutorial", SAVE + prints, ASK, ASK)
        # A client that waits for more than two seconds, on a busy machine, is told of what is printed until then.
        deadline = time.monotonic() + 60
        while not_told(said, 2 * numbers) and time.monotonic() < deadline:
            said += kernel.run("pass")
    assert not_told(said, 2 * numbers) == []
    shown = [line for line in said.splitlines() if line.startswith("server │ ") and "lines before" not in line]
    assert len(shown) >= 2 * min(count, 50)
    if count <= 51:
        assert len(shown) == 2 * min(count, 50)
