"""What varies from run to run is masked, and nothing else is."""

import tempfile
from pathlib import Path

import nbformat
import pytest

TEMPORARY = tempfile.gettempdir()
COPY = f"{TEMPORARY}/rehearse-1/course"
VARY = [
    ("    12.3 ms  client → server", "    10.4 ms  client → server"),
    ("     0.3 ms  client → server", "    10.4 ms  client → server"),
    ("<td>0.3 ms</td>", "<td>1,210.4 ms</td>"),
    ("it took 0.31 s", "it took 12.02 s"),
    ("stood still for about 1 s, and", "stood still for about 0.9 s, and"),
    ("$ uvicorn websocket_app.asgi:application --port 54000", "$ uvicorn websocket_app.asgi:application"),
    ("ready at http://localhost:54000/", "ready at http://localhost:8000/"),
    ("'server': ('127.0.0.1', 54000)", "'server': ('::1', 8000)"),
    ("'client': ('127.0.0.1', 41234)", "'client': ('::1', 60321)"),
    ('INFO:     127.0.0.1:41234 - "GET / HTTP/1.1" 200 OK', 'INFO:     ::1:60321 - "GET / HTTP/1.1" 200 OK'),
    ('INFO:     127.0.0.1:41234 - "WebSocket /" [accepted]', 'INFO:     [::1]:60321 - "WebSocket /" [accepted]'),
    ("Started server process [41234]", "Started server process [7]"),
    ("<object at 0x7f52acc3e0d0>", "<object at 0x105a6e350>"),
    (f'File "{TEMPORARY}/ipykernel_4123/2113.py", line 1', f'File "{TEMPORARY}/ipykernel_999/777.py", line 1'),
    ("/opt/x/lib/python3.11/site-packages/django/urls.py", "/usr/lib/python3.13/site-packages/django/urls.py"),
    ("/opt/x/lib/python3.11/asyncio/runners.py", "/usr/lib/python3.13/asyncio/runners.py"),
    (f"{COPY}/websocket_app/asgi.py, line 3", "websocket_app/asgi.py, line 3"),
    (f"now in {COPY}", "now in …"),
    ("made in /var/folders/ab/cd1/T/tmpab12_x/site", "made in /var/folders/ab/cd1/T/tmpq9zz81/site"),
    ("Python/3.11 websockets/17.4", "Python/3.13 websockets/16.0.1"),
    ("Django version 5.2.19, using settings", "Django version 6.1, using settings"),
    ("https://docs.djangoproject.com/en/5.2/topics/", "https://docs.djangoproject.com/en/6.1/topics/"),
    ("(b'sec-websocket-key', b'dGhlIHNhbXBsZSBub25jZQ==')", "(b'sec-websocket-key', b'x3JJHMbDL1EzLkh9GBhXDw==')"),
    (
        "RecursionError: maximum recursion depth exceeded while decoding a JSON array",
        "RecursionError: Stack overflow (used 8152 kB) while decoding a JSON array",
    ),
    ("Date: Sun, 22 Nov 2026 08:36:52 GMT", "Date: Mon, 02 Jan 2023 11:00:01 GMT"),
]
STAY = [
    "nothing came for 2.5 seconds",
    "HTTP 500, in line 4 of cell [6]",
    "code 1006, close code 4401",
    "answer = 8000 + 54321",
    "http://localhost:8888/lab",
    "localhost against 127.0.0.1",
    "[1000, 2000, 41234]",
    "WebSocket 13, HTTP/1.1",
    "ping → pong!",
    "websocket_app/asgi.py, line 14: await send(...)",
]


@pytest.fixture
def mask():
    from tutorial.commands.mask import Mask

    return Mask(Path(COPY), 54000)


@pytest.mark.parametrize("one, other", VARY)
def test_runs_meet(mask, one, other):
    assert one != other
    assert mask.text(one) == mask.text(other)


@pytest.mark.parametrize("text", STAY)
def test_the_rest_stays(mask, text):
    assert mask.text(text) == text


@pytest.mark.parametrize("text", [text for pair in VARY for text in pair])
def test_twice_is_once(mask, text):
    assert mask.text(mask.text(text)) == mask.text(text)


def test_columns_stay_as_wide(mask):
    for row in ("     0.3 ms  x", "   112.3 ms  x"):
        assert len(mask.text(row)) == len(row)


def test_every_kind_of_output_is_masked_and_pictures_are_not(mask):
    data = {"text/plain": "0.3 ms", "text/html": "<i>0.3 ms</i>", "image/svg+xml": "0.3 ms", "image/png": "0.3 ms"}
    output = mask.output(nbformat.v4.new_output("display_data", data))
    assert list(output.data.values()) == ["… ms", "<i>… ms</i>", "… ms", "0.3 ms"]
    error = nbformat.v4.new_output("error", ename="E", evalue="at 0x7f52acc3e0d0", traceback=["at 0x7f52acc3e0d0"])
    assert (mask.output(error).evalue, mask.output(error).traceback) == ("at 0x…", ["at 0x…"])
