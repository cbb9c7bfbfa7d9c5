"""The page of a room, in a real browser: two people, one who loses the network, and who may not read or write."""

import pytest
from test_page import log_in

playwright = pytest.importorskip("playwright.sync_api")


def say(page, text):
    page.get_by_label("Message").fill(text)
    page.keyboard.press("Enter")


def test_two_people_chat_and_one_whose_connection_breaks_misses_nothing(browser, site):
    """Each in a browser of their own; with the keyboard alone."""
    contexts = [browser.new_context() for _ in range(2)]
    ada, grace = [context.new_page() for context in contexts]
    with site.serve() as server:
        log_in(ada, server)
        for page in ada, grace:
            page.set_default_timeout(8000)
            page.goto(f"{server.http}/chat/kitchen/")
            playwright.expect(page.get_by_label("State of the connection")).to_have_text("connected")
        say(ada, "hello <b>grace</b>")
        for page in ada, grace:
            playwright.expect(page.get_by_role("log")).to_have_text("ada hello <b>grace</b>")
            playwright.expect(page.locator("#here")).to_have_text("ada, nobody")
        grace.evaluate("pause = 2000; socket.close()")
        playwright.expect(grace.get_by_label("State of the connection")).to_contain_text(
            "not connected (1005), again in"
        )
        for text in "one", "two":
            say(ada, text)
            playwright.expect(ada.get_by_role("log").get_by_role("listitem").last).to_have_text(f"ada {text}")
        rows = grace.get_by_role("log").get_by_role("listitem")
        playwright.expect(rows).to_have_text(["ada hello <b>grace</b>", "ada one", "ada two"])
        say(grace, "and I")
        playwright.expect(ada.get_by_role("log").get_by_role("listitem").last).to_have_text("nobody and I")
        contexts[0].clear_cookies()  # with the token of the form
        say(ada, "kept until it is sent")
        playwright.expect(ada.get_by_role("alert")).to_have_text("Not sent (403). Try again.")
        playwright.expect(ada.get_by_label("Message")).to_have_value("kept until it is sent")
    say(grace, "hello?")
    playwright.expect(grace.get_by_role("alert")).to_have_text("Not sent: no server answers. Try again.")
    for context in contexts:
        context.close()


def test_a_browser_that_loses_the_network_says_so_and_misses_nothing(browser, site):
    contexts = [browser.new_context() for _ in range(2)]
    ada, grace = [context.new_page() for context in contexts]
    with site.serve() as server:
        for page in ada, grace:
            page.set_default_timeout(8000)
            page.goto(f"{server.http}/chat/kitchen/")
            playwright.expect(page.get_by_label("State of the connection")).to_have_text("connected")
        contexts[1].set_offline(True)
        state = grace.get_by_label("State of the connection")
        playwright.expect(state).to_contain_text("not connected (no network), again in")
        for number in range(30):
            say(ada, f"message {number}")
            playwright.expect(ada.get_by_role("log").get_by_role("listitem")).to_have_count(number + 1)
        playwright.expect(state).to_contain_text("not connected (1006), again in")
        playwright.expect(grace.get_by_role("log").get_by_role("listitem")).to_have_count(0)
        contexts[1].set_offline(False)
        playwright.expect(state).to_have_text("connected", timeout=30_000)
        rows = [f"nobody message {number}" for number in range(30)]
        playwright.expect(grace.get_by_role("log").get_by_role("listitem")).to_have_text(rows[-20:])
    for context in contexts:
        context.close()


def test_who_may_not_read_or_write_is_told_so_and_the_page_does_not_come_back(browser, site):
    page = browser.new_page()
    page.set_default_timeout(8000)
    with site.serve() as server:
        page.goto(f"{server.http}/chat/staff/")
        playwright.expect(page.get_by_label("State of the connection")).to_have_text("log in to read here")
        assert page.evaluate("timer") is None
        say(page, "hello")
        playwright.expect(page.get_by_role("alert")).to_have_text("Not sent (403). (You may not write here.)")
        log_in(page, server)
        page.goto(f"{server.http}/chat/staff/")
        playwright.expect(page.get_by_label("State of the connection")).to_have_text("you may not read here")
        assert page.evaluate("timer") is None
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_of_the_chat_can_be_read(browser, developing, scheme):
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{developing.http}/chat/kitchen/")
    colors = page.evaluate("""() => ["--text", "--accent", "--good", "--bad", "--page"].map(name => {
        const probe = document.createElement("i");
        probe.style.color = `var(${name})`;
        document.body.append(probe);
        return getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(Number);
    })""")
    *words, ground = map(luminance, colors)
    for word in words:
        light, dark = max(word, ground), min(word, ground)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, "WCAG 2, AA"
    context.close()


def luminance(color):
    parts = [part / 255 for part in color]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
