"""Lessons as a person meets them: in JupyterLab, with menus, keys and the stop button."""

import re

import psutil
import pytest
from playwright.sync_api import Error, expect

from .lesson import NUMBERED

LINE = 'send({"type": "websocket.send"'

WAITING = """\
import tutorial.silence
tutorial.silence.LIMIT = 60
async def wait():
    async with connect(server.url) as ws:
        await ws.send("ping")
        print("waiting")
        await ws.recv()
asyncio.run(wait())"""

BYTES = """\
async def text_and_bytes():
    async with connect(server.url) as ws:
        await ws.send("ping")
        print(await ws.recv())
        await ws.send(b"ping")
        print(await ws.recv())
asyncio.run(text_and_bytes())"""


def server_address(lesson, name):
    """Return the address that server.start() prints under a cell."""
    return re.search(r"The server is ready at (http://localhost:\d+/)", lesson.output(name).text_content())[1]


def test_run_all_then_edit_then_restart_and_run_all(lab):
    with lab.lesson(4) as lesson:
        lesson.run_all()
        expect(lesson.output("pong")).to_have_text("pong!")
        timeline = lesson.output("timeline")
        timeline.scroll_into_view_if_needed()
        for row in "text frame → websocket.receive text='ping'", "text frame ← websocket.send text='pong!' ← send":
            expect(timeline.get_by_role("row", name=row)).to_be_visible()
        first_time, address = lesson.prompt("pong").text_content(), server_address(lesson, "client")

        lesson.replace_word("answer", LINE, "pong!", "hello")
        lesson.run("answer", "pong")
        expect(lesson.output("answer")).to_contain_text('"hello!"')
        expect(lesson.output("pong")).to_have_text("hello!")

        lesson.menu("Kernel", "Restart Kernel and Run All Cells")
        lesson.page.locator(".jp-Dialog .jp-mod-accept").click()
        expect(lesson.prompt("pong")).to_have_text(first_time)
        expect(lesson.output("pong")).to_have_text("hello!")
        assert server_address(lesson, "client") == address
        lesson.wait_for_all()


def test_a_second_process_and_a_redis_run_beside_the_notebook_and_end_with_the_kernel(lab):
    with lab.lesson(19) as lesson:
        lesson.run_all()
        expect(lesson.output("predicted").last).to_contain_text("it is 4.")
        for name in "looked", "redis", "killed", "back":
            expect(lesson.output(name)).to_contain_text("8 of 8 after")
        expect(lesson.output("survived")).to_contain_text("nobody: two")
        beside = [
            each for each in psutil.process_iter(["cmdline"]) if "asked.append(" in " ".join(each.info["cmdline"] or [])
        ]
        lesson.menu("Kernel", "Shut Down Kernel")
        assert beside and not psutil.wait_procs(beside, timeout=10)[1]


def test_an_edit_is_answered_in_the_next_cell_and_drawn_in_the_one_after(lab, film):
    with lab.lesson(4) as lesson:
        lesson.run("load", "lesson", "client", "answer", "pong", "timeline")

        def scene(seconds):
            lesson.show("answer", width=1040, height=1040)
            film.scene(lesson.page, seconds)

        scene(3)
        lesson.replace_word("answer", LINE, "pong!", "")
        scene(0.4)
        for letter in "hello":
            lesson.page.keyboard.type(letter)
            scene(0.25)
        scene(1)
        lesson.page.keyboard.press("Shift+Enter")
        expect(lesson.output("answer")).to_contain_text("The server runs the new code.")
        expect(lesson.output("answer")).to_contain_text('"hello!"')
        scene(3)
        lesson.run("pong")
        expect(lesson.output("pong")).to_have_text("hello!")
        scene(2.5)
        lesson.run("timeline")
        expect(lesson.output("timeline").get_by_role("row", name="text='hello!'")).to_be_visible()
        scene(5)


def test_stop_a_cell_that_waits_and_read_what_a_broken_one_did(lab, picture):
    with lab.lesson(4) as lesson:
        lesson.run("load", "lesson", "client")
        lesson.insert("client", "wait", WAITING)
        lesson.start("wait")
        expect(lesson.output("wait")).to_contain_text("waiting")
        expect(lesson.prompt("wait")).to_have_text("[*]:")
        lesson.page.get_by_role("button", name="Interrupt the kernel").click()
        expect(lesson.prompt("wait")).to_have_text(NUMBERED, timeout=3000)

        lesson.run("answer", "pong")
        expect(lesson.output("pong")).to_have_text("pong!")

        lesson.insert("pong", "bytes", BYTES)
        lesson.run("bytes", "timeline")
        expect(lesson.output("bytes")).to_contain_text("KeyError: 'text'")
        lesson.show("timeline", width=1040, height=1080)
        expect(lesson.output("timeline").get_by_role("row", name="KeyError: 'text'")).to_be_visible()
        picture("timeline", lesson.output("timeline").locator(".jp-OutputArea-output"))


def ping(page):
    """Use the page at /, or a frame with it."""
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("status")).to_have_text("open")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text("pong!")


def test_the_page_answers_in_the_notebook_and_alone(lab):
    with lab.lesson(5) as lesson:
        lesson.run_all()
        ping(lesson.frame("framed"))

        page = lab.context.new_page()
        page.goto(server_address(lesson, "console"))
        ping(page)
        page.close()


def test_the_lines_for_the_console_do_what_the_lesson_says(lab):
    with lab.lesson(5) as lesson:
        lesson.run("load", "lesson", "console")
        opens, sends, closes = lesson.output("console").text_content().rpartition("/\n\n")[2].split("\n\n")
        page = lab.context.new_page()
        page.goto(server_address(lesson, "console"))
        page.evaluate("window.ws = null")
        for line, heard in (opens, "open, state 1"), (sends, "pong!"), (closes, "closed, code 1005"):
            with page.expect_console_message(lambda message, heard=heard: message.text == heard):
                page.evaluate(f"() => {{ {line} }}")
        with pytest.raises(Error, match="InvalidStateError"):  # all at once: the handshake is not done
            page.evaluate(f"() => {{ {opens}; {sends} }}")
        page.close()


def test_a_dark_system_has_a_dark_notebook(lab):
    with lab.lesson(4) as lesson:
        lesson.page.emulate_media(color_scheme="dark")  # which the page in a frame of lesson 5 follows, too
        expect(lesson.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
        lesson.page.emulate_media(color_scheme="light")
        expect(lesson.page.locator("body")).to_have_attribute("data-jp-theme-light", "true")


def test_one_exercise_of_each_kind(lab):
    with lab.lesson(4) as lesson:
        lesson.run("load", "lesson", "client", "answer")
        lesson.cell("other").locator(".cm-line").first.click()
        lesson.page.keyboard.press("End")
        lesson.page.keyboard.type(" 3")
        lesson.run("other")
        expect(lesson.output("other")).to_contain_text("✗ You predicted 3, and it is 1. Why?")

        lesson.insert("other", "plant", "%fault 8")
        lesson.run("plant")
        expect(lesson.output("plant")).to_contain_text("Fault 8: one mistake is planted")
        lesson.insert("plant", "client-2", ONE_AFTER_THE_OTHER)
        lesson.insert("client-2", "look", "%timeline")
        lesson.insert("look", "list", "%found")
        lesson.run("client-2", "look", "list")
        expect(lesson.output("look").get_by_role("row", name="dropped, no close frame")).to_be_visible()
        expect(lesson.output("list").get_by_role("row")).to_have_count(6)
        sentence = lesson.output("list").get_by_role("row", name="The first ping is answered. Then the application")
        letter = sentence.get_by_role("cell").first.text_content()
        lesson.insert("list", "name", f"%found {letter}")
        lesson.run("name")
        expect(lesson.output("name")).to_contain_text("✓ Fault 8: named.")
        lesson.names.insert(lesson.names.index("name") + 1, "mend")  # the notebook has got a cell with the file
        expect(lesson.cell("mend").locator(".cm-content")).to_contain_text("%%save websocket_app/websocket.py")
        line = lesson.cell("mend").locator(".cm-line", has_text="break").last
        line.get_by_text("break").dblclick()
        lesson.page.keyboard.type("pass")
        lesson.run("mend")
        lesson.insert("mend", "check", "%check fault")
        lesson.run("check")
        expect(lesson.output("check")).to_contain_text("✓ Fault 8: passed.")

        lesson.run("exercise-4-1", "check-4-1")
        expect(lesson.output("check-4-1")).to_contain_text("· 4.1 A second command: not attempted yet.")


ONE_AFTER_THE_OTHER = """\
async def pings():
    async with connect(server.url) as ws:
        for number in range(2):
            await ws.send("ping")
            print(await ws.recv())
asyncio.run(pings())"""


@pytest.mark.parametrize("number, cell", [(3, "no-break-timeline"), (4, "timeline")])
def test_a_timeline_fits_beside_the_file_browser_on_a_small_screen(lab, number, cell):
    with lab.lesson(number) as lesson:
        lesson.page.set_viewport_size({"width": 1024, "height": 768})
        expect(lesson.page.locator("#jp-left-stack")).to_be_visible()
        lesson.run_all()
        table = lesson.output(cell).locator("table").last
        table.scroll_into_view_if_needed()
        wide = table.evaluate("t => [t.scrollWidth, t.closest('.jp-OutputArea-output').clientWidth]")
        assert wide[0] <= wide[1], wide
