"""The one way to show: text that nothing moves, and HTML that is read in any theme and in a notebook nobody trusts."""

import itertools
import re

import pytest
from tutorial.shown import LONG, QUIET, TINTS, WIDTH, Shown, below, code, folded, inline, mono, safe, sentences, table
from tutorial.shown import title as heading

HOSTILE = "a\r\x1b[2J\x07\x85\u202e\u2066\u2028\u2029\ud800\x0b\x0cServer: all is well <script>&amp;</script>"
MOVES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
KEPT = {  # what JupyterLab 4.6 keeps of a style in a notebook that is not trusted, as far as it is used here
    *("background", "border-bottom", "border-collapse", "border-radius", "cursor", "display", "font-family"),
    *("font-weight", "line-height", "margin", "max-width", "opacity", "padding", "text-align", "vertical-align"),
    *("white-space", "word-break"),
}


@pytest.mark.parametrize(
    "show",
    [
        *(inline, mono, sentences, code, heading),
        *(lambda text: sentences(f" {text}"), lambda text: folded(text, code(text))),
        *(lambda text: table([text, "b"], [[text, inline(text)], [[mono(text), mono(text * 30)], ""]]),),
    ],
)
def test_text_of_a_stranger_moves_nothing_begins_no_line_and_is_escaped(show):
    shown = show(HOSTILE)
    for view in (shown.text, shown.html):
        assert not MOVES.search(view)
        assert r"\x1b[2J" in view and r"\u202e" in view
        view.encode()
    assert "<script>" not in shown.html and "&amp;amp;" in shown.html
    assert not any(line.startswith("Server") for line in shown.text.splitlines())


def test_what_is_harmless_stays_as_it_is():
    text = "tab\there, naïve 🏓 日本\n    code"
    assert safe(text) == text
    assert code(text).text == text
    assert inline("two\nlines").text == "two lines"


def test_a_table_is_aligned_and_what_does_not_fit_follows_below():
    rows = [["✓", "ping", "'pong!'"], ["✗", [mono("echo"), mono("hello " * 12)], "nothing"], ["·", "x" * 90, "y" * 90]]
    shown = table(["", "sent", "came"], rows, ["good", "bad", "none"])
    lines = shown.text.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[0].index("sent") == lines[1].index("ping") == lines[2].index("echo")
    assert lines[0].index("came") == lines[1].index("'pong!'") == lines[2].index("nothing")
    assert lines[3].strip().startswith("hello hello")
    assert "x" * 90 in shown.text.replace("\n", "").replace(" ", "")
    for tint in ("good", "bad"):
        assert f'<tr style="background:{TINTS[tint]}">' in shown.html


def test_a_table_of_short_cells_is_as_wide_as_they_are():
    assert table(["a", "bb"], [["1", "2"], ["333", ""]]).text == "a    bb\n1    2\n333"


def test_only_styles_that_jupyterlab_keeps():
    cells = [mono("x"), inline("y" * (LONG + 1), QUIET)]
    shown = below(heading("t"), sentences("a:\n    b"), code("c", "good"), folded("f", table(["h"], [[cells]])))
    styles = re.findall(r'style="([^"]*)"', shown.html)
    pairs = [pair.split(":") for style in styles for pair in style.split(";") if pair]
    assert {name for name, _ in pairs} <= KEPT
    assert {value for name, value in pairs if name == "word-break"} == {"break-all"}
    assert not re.search(r"<(script|style|svg|iframe)| (id|class)=", shown.html)


def test_a_long_word_may_be_broken_so_that_the_page_is_not_widened():
    assert "break-all" in mono("x" * (LONG + 1)).html
    assert "break-all" not in mono("websocket.http.response.start 1.0 ms").html


def test_both_views_are_offered():
    shown = Shown("text", "<p>text</p>")
    assert repr(shown) == "text"
    assert shown._repr_mimebundle_() == {"text/plain": "text", "text/html": "<p>text</p>"}


def over(colour: str, page: tuple, opacity: float = 1.0) -> tuple:
    """Return an rgba() colour laid over a page."""
    *rgb, alpha = map(float, re.findall(r"[\d.]+", colour))
    return tuple(c * alpha * opacity + p * (1 - alpha * opacity) for c, p in zip(rgb, page, strict=True))


def luminance(colour: tuple) -> float:
    """Return the relative luminance of WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (each / 255 for each in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple, other: tuple) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# The background and the text of JupyterLab's two themes: --jp-layout-color0 and --jp-content-font-color1.
@pytest.mark.parametrize("page, text", [((255,) * 3, "rgba(0,0,0,0.87)"), ((17,) * 3, "rgba(255,255,255,1)")])
@pytest.mark.parametrize("row, chip", list(itertools.product(("none", "bad", "good", "quiet"), TINTS)))
def test_every_tint_is_read_in_both_themes(page, text, row, chip):
    behind = over(TINTS[chip], over(TINTS[row], page))
    quiet = float(QUIET.partition(":")[2])
    assert contrast(over(text, behind), behind) >= 4.5
    if chip == "none":
        assert contrast(over(text, behind, quiet), behind) >= 4.5


def test_the_contrast_is_that_of_wcag():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
