"""Lessons as a person meets them: in JupyterLab, with menus, keys and the stop button."""

import re

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
