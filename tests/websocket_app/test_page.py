"""The page at /, in a real browser: with the keyboard, in a frame, and from a foreign origin."""

import http.server
import threading
from contextlib import contextmanager

import pytest
from serving import PASSWORD

playwright = pytest.importorskip("playwright.sync_api")

# A stranger's page: it opens a WebSocket to our site and shows what it learns there.
FOREIGN = """
<!DOCTYPE html><title>Kittens</title><p id="learned"></p><script>
const socket = new WebSocket("ws://HOST/me");
const show = (text) => document.getElementById("learned").textContent += text;
socket.onmessage = (event) => { show(event.data); socket.close(); };
socket.onclose = (event) => show(" closed " + event.code);
</script>
"""


@pytest.fixture
def page(browser):
    """A fresh visitor; an error in the page's script fails the test."""
    context = browser.new_context()
    context.set_default_timeout(8000)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@contextmanager
def elsewhere(html):
    """Serve `html` from another port, which makes it another origin."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join(5)


def log_in(page, server, name="ada"):
    page.goto(server.http + "/login/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(server.http + "/")


def expect_log(page, *lines):
    for line in lines:
        playwright.expect(page.get_by_role("log")).to_contain_text(line)


def state(page, name):
    playwright.expect(page.get_by_role("status")).to_have_text(name)


def test_ping_with_the_keyboard_alone(page, developing):
    page.goto(developing.http)
    state(page, "closed")
    page.get_by_label("Address").focus()
    page.keyboard.press("Enter")
    state(page, "open")
    expect_log(page, f"connecting{developing.ws}/", "open")
    playwright.expect(page.get_by_label("Message")).to_be_focused()
    page.keyboard.press("Enter")
    expect_log(page, "→ sentping", "← receivedpong!")
    page.get_by_role("button", name="Close").press("Enter")
    state(page, "closed")
    expect_log(page, "closed1000 (as agreed)")
    playwright.expect(page.get_by_role("button", name="Connect")).to_be_focused()


def test_bytes_are_closed_with_a_reason_to_read(page, developing):
    page.goto(developing.http)
    page.get_by_role("button", name="Connect").click()
    state(page, "open")
    page.get_by_label("as bytes").check()
    page.get_by_role("button", name="Send").click()
    expect_log(page, "4 bytes: 70 69 6e 67", "1003 “Text only, please”")
    state(page, "closed")


@pytest.mark.parametrize("address, words", [("/nowhere", "1006"), ("http://[", "closed")])
def test_an_address_that_leads_nowhere(page, developing, address, words):
    page.goto(developing.http)
    page.get_by_label("Address").fill(address)
    page.keyboard.press("Enter")
    expect_log(page, words)
    state(page, "closed")


def test_what_the_server_sends_is_text_and_nothing_else(page, developing):
    page.goto(developing.http)
    page.get_by_label("Address").fill("/echo")
    page.keyboard.press("Enter")
    state(page, "open")
    page.get_by_label("Message").fill("<b onclick=alert(1)>bold</b>")
    page.keyboard.press("Enter")
    expect_log(page, "← received<b onclick=alert(1)>bold</b>")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1280])
def test_it_fits_and_can_be_read(page, developing, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(developing.http)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 20
    for part in "body", "#state", "#connect":
        assert contrast(page, part) >= 4.5, part


def contrast(page, selector):
    """WCAG's contrast ratio of an element's text to what is behind it."""
    script = """element => {
        const style = getComputedStyle(element), page = getComputedStyle(document.body);
        const behind = style.backgroundColor === "rgba(0, 0, 0, 0)" ? page : style;
        return [style.color, behind.backgroundColor];
    }"""
    lights = []
    for color in page.locator(selector).evaluate(script):
        channels = [int(c) / 255 for c in color[color.index("(") + 1 : -1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_log_in_who_am_i_log_out(page, developing):
    page.goto(developing.http)
    playwright.expect(page.locator("#who")).to_contain_text("nobody")
    playwright.expect(page.locator("#who")).to_contain_text(developing.http)
    log_in(page, developing)
    playwright.expect(page.locator("#who")).to_contain_text("ada")
    page.get_by_label("Address").fill("/me")
    page.keyboard.press("Enter")
    expect_log(page, "ada")

    # Another tab logs out; this one learns it within 5 seconds.
    tab = page.context.new_page()
    tab.goto(developing.http)
    tab.get_by_role("button", name="Log out").click()
    playwright.expect(tab.locator("#who")).to_contain_text("nobody")
    expect_log(page, "4401 “Logged out” (logged out, or not logged in)")


def test_a_wrong_password_is_told(page, developing):
    page.goto(developing.http + "/login/")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("alert")).to_contain_text("correct username and password")


def test_a_foreign_page_gets_in_while_nobody_checks(page, site):
    """The hijack of lesson 12: the browser adds the cookie, whoever's page it is."""
    asgi = (site.folder / "websocket_app/asgi.py").read_text()
    assert "\n@check_origin" in asgi
    site.write("asgi.py", asgi.replace("\n@check_origin", "\n# @check_origin"))
    with site.serve() as server:
        log_in(page, server)
        with elsewhere(FOREIGN.replace("HOST", server.host)) as foreign:
            page.goto(foreign)
            playwright.expect(page.locator("#learned")).to_contain_text("ada")


def test_a_foreign_page_stays_outside(page, developing):
    log_in(page, developing)
    with elsewhere(FOREIGN.replace("HOST", developing.host)) as foreign:
        page.goto(foreign)
        playwright.expect(page.locator("#learned")).to_have_text("closed 1006")


def test_a_notebook_on_another_port_shows_it_in_a_frame(page, developing):
    frame = f'<!DOCTYPE html><input id="cell"><iframe src="{developing.http}" height="600"></iframe>'
    with elsewhere(frame) as notebook:
        page.goto(notebook)
        inner = page.frame_locator("iframe")
        inner.get_by_role("button", name="Connect").click()
        playwright.expect(inner.get_by_role("status")).to_have_text("open")
        inner.get_by_label("Message").press("Enter")
        playwright.expect(inner.get_by_role("log")).to_contain_text("pong!")

        inner.get_by_role("link", name="Log in").click()
        inner.get_by_label("Name").fill("ada")
        inner.get_by_label("Password").fill(PASSWORD)
        inner.get_by_label("Password").press("Enter")
        playwright.expect(inner.locator("#who")).to_contain_text("ada")
        inner.get_by_role("button", name="Log out").click()
        playwright.expect(inner.locator("#who")).to_contain_text("nobody")


def test_a_restart_of_the_server_leaves_the_focus_in_the_notebook(page, site):
    with site.serve() as server:
        frame = f'<!DOCTYPE html><input id="cell"><iframe src="{server.http}" height="600"></iframe>'
        with elsewhere(frame) as notebook:
            page.goto(notebook)
            inner = page.frame_locator("iframe")
            inner.get_by_role("button", name="Connect").click()
            playwright.expect(inner.get_by_role("status")).to_have_text("open")
            page.locator("#cell").click()
            server.process.terminate()
            playwright.expect(inner.get_by_role("log")).to_contain_text("1012")
            playwright.expect(page.locator("#cell")).to_be_focused()


def test_in_production_it_may_not_be_framed(page, server):
    frame = f'<!DOCTYPE html><iframe src="{server.http}/login/"></iframe>'
    with elsewhere(frame) as notebook:
        page.set_extra_http_headers({"X-Forwarded-Proto": "https"})
        page.goto(notebook)
        playwright.expect(page.frame_locator("iframe").get_by_label("Name")).to_have_count(0)
