"""Lesson 7: an error closes its own connection, with a frame, and leaves one line."""

import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

# The first word of the path says how this handler goes wrong.
HANDLER = """import asyncio

async def accept(receive, send):
    await receive()
    await send({"type": "websocket.accept"})

async def websocket_application(scope, receive, send, how=""):
    if how == "early":
        raise RuntimeError("before accept")
    await accept(receive, send)
    event = await receive()
    while event["type"] == "websocket.receive":
        text = event.get("text")
        if how == "key": event["nothing"]
        if how == "lines": raise ValueError("one\\nERROR: two" + "x" * 1000)
        if how == "surrogate": await send({"type": "websocket.send", "text": chr(0xD800)})
        if how == "deep":
            import json; json.loads("[" * 1_000_000)
        if how == "oserror": open("/does/not/exist")
        if how == "group":
            async with asyncio.TaskGroup() as group: group.create_task(accept(0, 0))
        if how == "cancelled":
            task = asyncio.create_task(asyncio.sleep(9))
            task.cancel()
            await task
        if how == "later":
            await send({"type": "websocket.send", "text": "so far, so good"})
            event["nothing"]
        if how == "stream":
            try:
                while True:
                    await send({"type": "websocket.send", "text": "x" * 1000})
                    await asyncio.sleep(0.01)
            finally:
                open("stream-ended", "w").close()
        if how == "grouped":
            async with asyncio.TaskGroup():
                while True:
                    await send({"type": "websocket.send", "text": "x" * 1000})
                    await asyncio.sleep(0.01)
        if how == "mixed":
            async def lost(): raise OSError("lost")
            async def wrong(): raise LookupError("the reason")
            async with asyncio.TaskGroup() as group: group.create_task(lost()), group.create_task(wrong())
        if how == "return": return
        if how == "twice":
            await send({"type": "websocket.close", "code": 4001, "reason": "Enough"})
            await send({"type": "websocket.close"})
        if text == "ping": await send({"type": "websocket.send", "text": "pong!"})
        event = await receive()
"""


@pytest.fixture(scope="module")
def faulty_site(project, tmp_path_factory):
    site = project.copy_to(tmp_path_factory.mktemp("faulty") / "site")
    site.write("websocket.py", HANDLER)
    routing = (site.folder / "websocket_app/routing.py").read_text()
    extra = 'path("fault/<str:how>", websocket_application),\n'
    site.write("routing.py", routing.replace('path("me"', extra + 'path("me"'))
    return site


@pytest.fixture(scope="module")
def faulty(faulty_site):
    with faulty_site.serve() as server:
        yield server


@pytest.mark.parametrize(
    "how, code, words",
    [
        ("key", 1011, "KeyError('nothing') in websocket.py:14"),
        ("lines", 1011, "ValueError('one\\nERROR: two"),
        ("surrogate", 1011, "UnicodeEncodeError("),
        ("deep", 1011, "RecursionError("),
        ("oserror", 1011, "FileNotFoundError(2, 'No such file or directory') in websocket.py:19"),
        ("group", 1011, "TypeError("),
        ("cancelled", 1011, "CancelledError("),
        ("later", 1011, "KeyError('nothing')"),
        ("twice", 4001, "RuntimeError("),
        ("return", 1000, None),
    ],
)
def test_an_error_closes_with_a_frame_and_one_line(faulty, how, code, words):
    before = faulty.log()
    with faulty.connect() as bystander:
        with faulty.connect(f"/fault/{how}") as ws:
            ws.send("go")
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    ws.recv(timeout=5)
        assert closed.value.rcvd.code == code
        assert words is None or "Error" not in closed.value.rcvd.reason, "details are for the log"
        bystander.send("ping")
        assert bystander.recv(timeout=1) == "pong!"
    lines = faulty.log().removeprefix(before).splitlines()
    if words is None:
        assert lines == []
    else:
        (line,) = lines
        assert words in line and "websocket.py:" in line and len(line) < 300
        assert "Still busy" not in line, "the server does not stop"
    faulty.assert_well()


def test_an_error_before_accept_is_a_500(faulty):
    with pytest.raises(InvalidStatus) as refused, faulty.connect("/fault/early"):
        pass
    assert refused.value.response.status_code == 500
    assert "RuntimeError('before accept') in websocket.py:9" in faulty.log()
    faulty.assert_well()


def test_a_client_that_leaves_before_its_answer_is_no_error(faulty):
    before = faulty.log()
    for _ in range(20):
        with faulty.connect() as ws:
            for _ in range(50):
                ws.send("ping")
            ws.socket.close()
    faulty.assert_well()
    assert faulty.log() == before


def test_a_real_error_beside_a_lost_client_is_told(faulty):
    with faulty.connect("/fault/mixed") as ws, pytest.raises(ConnectionClosed) as closed:
        ws.send("go")
        ws.recv(timeout=5)
    assert closed.value.rcvd.code == 1011
    assert "LookupError('the reason') in websocket.py" in faulty.log()


def test_a_client_that_leaves_a_group_of_tasks_is_no_error(faulty):
    before = faulty.log()
    with faulty.connect("/fault/grouped") as ws:
        ws.send("go")
        ws.recv(timeout=5)
        ws.socket.close()
    # A second one comes to the same point, and the first has long ended.
    with faulty.connect("/fault/grouped") as ws:
        ws.send("go")
        for _ in range(30):
            ws.recv(timeout=5)
        assert faulty.log() == before


def test_a_client_that_leaves_a_handler_that_only_sends_is_no_error(faulty, faulty_site):
    before = faulty.log()
    with faulty.connect("/fault/stream") as ws:
        ws.send("go")
        ws.recv(timeout=5)
        ws.socket.close()
    ended = faulty_site.folder / "stream-ended"
    deadline = time.monotonic() + 5
    while not ended.exists():
        assert time.monotonic() < deadline, "the handler never noticed"
        time.sleep(0.02)
    faulty.assert_well()
    assert faulty.log() == before
