"""The timeline, drawn from what a real server recorded."""

import asyncio
import contextlib
import enum
import re
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from tutorial.commands.mask import Mask
from tutorial.disk.project import TutorialError
from tutorial.drive import drive
from tutorial.record import events
from tutorial.record.draw import choose, draw
from tutorial.record.recorder import FIRST, LAST, Connection, Recorder
from tutorial.record.story import LONGEST, Story
from tutorial.shown import TINTS, WIDTH
from websockets.asyncio.client import connect

ACCEPT = {"type": "websocket.accept"}
HERE = Path(__file__).parent  # this file stands for the learner's


def record(application, talk, lifespan="off", stopped=False) -> list[dict]:
    """Serve an application, let a client talk to it, and return the connections as a worker reports them."""

    async def run():
        recorder = Recorder(HERE)
        config = uvicorn.Config(
            recorder.wrap(application), port=0, log_level="critical", lifespan=lifespan, timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None
        serving = asyncio.create_task(server.serve())
        async with asyncio.timeout(10):
            while not server.started:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        address = f"localhost:{server.servers[0].sockets[0].getsockname()[1]}"
        with contextlib.suppress(Exception):
            await asyncio.wait_for(talk(address), 5)
        await asyncio.sleep(0.03)
        if stopped:
            server.should_exit = True
            await serving
        found = [{**c.as_dict(), "waits": recorder.place(c), "leftover": 0} for c in recorder.connections]
        server.should_exit = True
        await serving
        return found

    return asyncio.run(run())


async def ping_pong(scope, receive, send):
    while True:
        event = await receive()
        if event["type"] == "websocket.connect":
            await send(ACCEPT)
        if event["type"] == "websocket.disconnect":
            break
        if event["type"] == "websocket.receive":
            if event["text"] == "ping":
                await send({"type": "websocket.send", "text": "pong!"})


async def ping(address, message="ping"):
    async with connect(f"ws://{address}/tea?cups=2") as ws:
        await ws.send(message)
        await ws.recv()


def rows(text: str) -> list[str]:
    """Return the rows of a drawing without their times, blanks made one."""
    return [" ".join(line.split()[2:]) for line in text.splitlines() if re.match(r" *\d+\.\d ms", line)]


def places(text: str) -> str:
    return re.sub(r"line \d+$", "LINE", text)


def test_a_conversation_reads_from_request_to_close():
    drawing = draw(record(ping_pong, ping))
    assert drawing.text.splitlines()[0] == (
        "Connection 1: WebSocket /tea?cups=2, answered 101, closed by the client with code 1000."
    )
    assert "scope: type, asgi, http_version" in drawing.text
    assert [places(row) for row in rows(drawing.text)] == [
        "GET /tea?cups=2 → scope → called",
        "websocket.connect → receive LINE",
        "101 Switching Protocols ← websocket.accept ← send LINE",
        "text frame → websocket.receive text='ping' → receive LINE",
        "text frame ← websocket.send text='pong!' ← send LINE",
        "close frame 1000 → websocket.disconnect code=1000 → receive LINE",
        "returns",
    ]


async def listens_on(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"tea"})
    await receive()


def test_a_disconnect_after_the_whole_answer_is_left_out():
    async def get(address):
        reader, writer = await asyncio.open_connection("localhost", address.rpartition(":")[2])
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"tea")
        writer.close()

    connections = record(listens_on, get)
    received = [entry["event"]["type"] for entry in connections[0]["entries"] if entry["kind"] == "receive"]
    assert received == ["http.request", "http.disconnect"]
    assert [places(row) for row in rows(draw(connections).text)][-2:] == [
        "body ← http.response.body body=b'tea' ← send LINE",
        "returns",
    ]


async def raises_early(scope, receive, send):
    await receive()
    raise ValueError("no such <b>room</b>")


async def returns_early(scope, receive, send):
    return


async def refuses(scope, receive, send):
    await receive()
    await send({"type": "websocket.close"})


async def denies(scope, receive, send):
    await receive()
    await send({"type": "websocket.http.response.start", "status": 404, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b"no such room"})


async def returns_late(scope, receive, send):
    await receive()
    await send(ACCEPT)


async def closes(scope, receive, send):
    await receive()
    await send(ACCEPT)
    await send({"type": "websocket.close", "code": 4000, "reason": "enough"})
    await receive()


async def aborts(address):
    ws = await connect(f"ws://{address}/")
    await ws.send("ping")
    await ws.recv()
    ws.transport.abort()


async def stays(address):
    ws = await connect(f"ws://{address}/")
    await ws.send("ping")
    await ws.recv()


async def closes_without_a_code(address):
    async with connect(f"ws://{address}/") as ws:
        await ws.send("ping")
        await ws.recv()
        async with ws.send_context():
            ws.protocol.send_close()  # as a browser's ws.close() does


async def sends_what_is_no_text(address):
    async with connect(f"ws://{address}/") as ws:
        ws.transport.write(b"\x81\x81" + bytes(4) + b"\xff")  # a text frame, with a mask of 0
        await ws.wait_closed()


@pytest.mark.parametrize(
    "application, talk, summary, wire",
    [
        (raises_early, ping, "500, because your application raised ValueError before it accepted", "500 Internal"),
        (returns_early, ping, "answered 500, because your application returned before it accepted", "500 Internal"),
        (refuses, ping, "answered 403, refused: your application closed before it accepted", "403 Forbidden ←"),
        (denies, ping, "answered 404, refused by your application", "404 Not Found ←"),
        (
            returns_late,
            ping,
            "answered 101, dropped with no close frame (code 1006): your application returned",
            "dropped",
        ),
        (closes, ping, "answered 101, closed by your application with code 4000 (enough)", "close frame 4000 ←"),
        (ping_pong, aborts, "answered 101, lost: the client went without a close frame", "leaves, no close frame →"),
        (ping_pong, stays, "answered 101, still open", "waits"),
        (ping_pong, closes_without_a_code, "closed by the client without a code", "close frame, no code →"),
        (ping_pong, sends_what_is_no_text, "because what came could not be read, with code 1007", "close frame 1007"),
    ],
)
def test_who_answered_and_who_closed(application, talk, summary, wire):
    text = " ".join(draw(record(application, talk)).text.split())
    assert summary in text
    assert wire in text


@pytest.mark.parametrize("status", [403, 404])
def test_a_client_sees_the_body_of_a_refusal(status):
    async def application(scope, receive, send):
        await receive()
        await send({"type": "websocket.http.response.start", "status": status, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"no"})

    drawn = rows(draw(record(application, ping)).text)
    assert any(row.startswith("body ← websocket.http.response.body") for row in drawn)


def test_a_server_that_stops_closes_with_1012():
    text = draw(record(ping_pong, stays, stopped=True)).text
    assert "closed by the server" in text and "close frame 1012" in text


def test_tasks_that_outlive_their_connection_are_a_row():
    connection = record(ping_pong, ping)[0]
    assert "still run" not in draw([connection]).text
    assert "tasks that it started and that still run: 2" in draw([{**connection, "leftover": 2}]).text


def test_an_exception_is_a_row_with_its_line_and_code():
    drawing = draw(record(ping_pong, lambda address: ping(address, b"ping")))
    line = ping_pong.__code__.co_firstlineno + 8
    assert re.search(rf"KeyError: 'text' +raises  line {line}$", drawing.text, re.MULTILINE)
    assert 'if event["text"] == "ping":' in drawing.text
    assert "dropped, no close frame" in drawing.text


def test_clients_at_the_same_time_have_a_column_each():
    async def two(address):
        async with connect(f"ws://{address}/") as one, connect(f"ws://{address}/") as other:
            await one.send("ping")
            await one.recv()
            await other.send("ping")
            await other.recv()

    text = draw(record(ping_pong, two)).text
    heads = next(line for line in text.splitlines() if line.strip().startswith("client 1"))
    first, second = heads.index("client 1"), heads.index("client 2")
    received = [line.index("→") for line in text.splitlines() if "text='ping'" in line]
    assert received == [first, second]


def test_many_clients_at_the_same_time_are_named_row_by_row():
    async def five(address):
        async def stay():
            async with connect(f"ws://{address}/") as ws:
                await ws.send("ping")
                await ws.recv()
                await asyncio.sleep(0.1)

        await asyncio.gather(*(stay() for _ in range(5)))

    connections = record(ping_pong, five)
    text = draw(connections).text
    assert all(f"client {number}: text " in text for number in range(1, 6))


def test_http_and_lifespan():
    async def application(scope, receive, send):
        if scope["type"] != "http":
            raise NotImplementedError("lifespan")
        await receive()
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b"made"})

    async def get(address):
        reader, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(b"GET /page HTTP/1.1\r\nHost: me\r\nConnection: close\r\n\r\n")
        await reader.read()
        writer.close()

    connections = record(application, get, lifespan="auto")
    text = draw(choose(connections)).text
    assert "HTTP GET /page, answered 201" in text and "201 Created" in text and "body=b'made'" in text
    assert "does not support lifespan" in draw(choose(connections, "lifespan")).text


def made(*entries: tuple, kind="websocket", number=1, path="/", **details) -> dict:
    """Return a connection with entries as the recorder makes them."""
    connection = Connection(number, {"type": kind, "path": path, "client": ("127.0.0.1", 50000 + number)})
    for name, values in entries:
        connection.add(name, **values)
    return {**connection.as_dict(), "open": False, "waits": {}, "leftover": 0, **details}


def test_notes_refusals_and_long_values_stay_within_the_width():
    place = {"path": "websocket_app/a_rather_long_name.py", "line": 1234, "code": "send(" + "x" * 150 + ")"}
    story = made(
        ("send", {"event": {"type": "websocket.accept"}, **place}),
        ("send", {"event": {"type": "websocket.send", "text": "word " * 40}, **place}),
        ("send", {"event": {"type": "websocket.close", "code": 1005}, "failed": "ProtocolError: 1005", **place}),
        ("send", {"event": {"": "pong!"}, **place}),
        ("send", {"event": {"txt": "pong!"}, **place}),
        ("print", {"text": "a line that is printed " * 8, **place}),
        ("warning", {"message": "coroutine 'send' was never awaited", **place}),
        ("blocked", {"seconds": 2.5, **place}),
        ("raise", {"name": "ValueError", "message": "why " * 60, **place}),
    )
    text = draw([story]).text
    assert max(map(len, text.splitlines())) <= WIDTH
    for words in ("prints", "never awaited", "2500.0 ms", "txt='pong!'", "which is not a dict", "line 1234", "refused"):
        assert words in text
    assert "close frame 1005" not in text
    assert Story(story).ended.startswith("dropped")


def test_a_long_connection_is_drawn_in_part():
    entries = [("receive", {"event": {"type": "websocket.receive", "text": "x"}})] * (FIRST + LAST + 50)
    drawing = draw([made(*entries)])
    assert len(rows(drawing.text)) == 2 * LONGEST
    assert f"{FIRST + LAST + 50 + 1 - 2 * LONGEST} more, not drawn" in drawing.text


class Table(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_data(self, data):
        self.text += data


def test_the_html_is_a_table_that_survives_a_sanitizer_and_escapes_everything():
    event = {"type": "websocket.receive", "text": "<script>alert(1)</script>"}
    connection = made(
        ("receive", {"event": event, "path": '"><i>.py', "line": 1, "code": '"><i>'}),
        ("print", {"text": "<script>"}),
        ("raise", {"name": "<i>", "message": "<i>", "path": "<i>.py", "line": 1, "code": "<i>"}),
        path="/<i>",
    )
    other = {**connection, "number": 2, "client": 2}
    for source in (draw([connection]).html, draw([connection, other]).html):
        table = Table(source)
        assert not table.tags & {"script", "style", "svg", "iframe", "i"}
        assert {"table", "th", "td", "details", "summary"} <= table.tags
        assert table.attributes <= {"style", "scope", "title"}
        assert "<script>alert(1)</script>" in table.text
        assert "var(" not in source and "currentcolor" not in source.lower()


def test_nothing_of_one_run_is_stored():
    connections = record(ping_pong, ping)
    port, drawing = str(connections[0]["scope"]["client"]["tuple"][1]), draw(connections)
    for view in (drawing.text, Table(drawing.html).text):
        view = Mask().text(view)
        assert port not in view
        assert not re.search(r"localhost:(?!8000)\d|websockets/\d|0x[0-9a-f]{6}", view)
        assert set(re.findall(r"b'sec-websocket-key', b'([^']+)", view)) <= {"…"}


class Code(enum.IntEnum):
    POLICY = 1008


async def answers_201(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": HTTPStatus.CREATED})
    await send({"type": "http.response.body"})


async def closes_with_an_enum(scope, receive, send):
    await receive()
    await send(ACCEPT)
    await receive()
    await send({"type": "websocket.close", "code": Code.POLICY})


async def get(address, target=b"/", headers=b""):
    reader, writer = await asyncio.open_connection("localhost", address.rpartition(":")[2])
    writer.write(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + b"\r\n")
    await reader.read()
    writer.close()


def test_a_status_of_the_standard_library_is_its_number():
    drawing = draw(record(answers_201, get))
    for view in (drawing.text, Table(drawing.html).text):
        assert "answered 201" in view and "201 Created" in view and "status=201" in view
        assert "500" not in view


def test_a_close_code_that_is_an_enum_is_its_number():
    text = draw(record(closes_with_an_enum, ping)).text
    assert "closed by your application with code 1008" in text and "close frame 1008" in text and "code=1008" in text


@pytest.mark.parametrize("length", [160, 161, 100_000])
def test_a_message_of_any_length(length):
    async def talk(address):
        async with connect(f"ws://{address}/") as ws:
            await ws.send("x" * length)

    drawing = draw(record(ping_pong, talk))
    assert max(map(len, drawing.text.splitlines())) <= WIDTH
    assert "text='xxx" in drawing.text and "close frame 1000" in drawing.text
    assert len(drawing.html) < 40_000


@pytest.mark.parametrize("kind", ["task", "caught", "something new"])
def test_an_entry_of_an_unknown_kind_is_drawn_as_a_mistake(kind):
    entry = {"path": "websocket_app/websocket.py", "line": 7, "code": "1 / 0"}
    connection = made((kind, {"name": "ZeroDivisionError", "message": "division by zero", **entry}))
    for drawing in (draw([connection]), draw([connection, {**connection, "number": 2, "client": 2}])):
        for view in (drawing.text, Table(drawing.html).text):
            for words in (kind, "ZeroDivisionError: division by zero", "websocket.py:7", "1 / 0"):
                assert words in view
        assert f'<tr style="background:{TINTS["bad"]}">' in drawing.html
    assert kind in draw([made((kind, {}))]).text


def test_one_key_is_not_several():
    assert "scope, 1 key<" in draw([{**made(), "scope": {"type": "websocket"}}]).html
    assert "scope, 2 keys<" in draw([{**made(), "scope": {"type": "websocket", "path": "/"}}]).html


def test_a_scope_and_events_of_any_type_are_drawn():
    scope = {"type": 5, "path": b"/", "query_string": "bytes", "method": None, "headers": 3}
    for given in (scope, {"type": ["http"]}, {"type": "http", "path": 5}, {}):
        connection = Connection(1, given)
        for event in ({"type": []}, {"type": "websocket.close", "code": [], "reason": {}}, {1: 2}, "x"):
            connection.add("send", event=events.mapping(event))
        connection.add("receive", event=events.mapping({"type": "websocket.disconnect", "code": {}, "reason": 5}))
        drawn = {**connection.as_dict(), "open": False}
        for found in (drawn, {**drawn, "driven": True}, {**drawn, "type": "websocket"}, {**drawn, "type": "http"}):
            assert "scope: " in draw([found]).text or not given


SECRETS = (
    b"""Cookie: a=it's"; sessionid=hush1\r\ncookie: sessionid=hush2; b="\r\nCOOKIE: """
    + b"; ".join(b"name%d=hush3%s" % (number, b"x" * 500) for number in range(20))
    + b"\r\nAuthorization: Bearer hush4\r\nProxy-Authorization: Basic hush5\r\nX-CSRFToken: hush6\r\n"
)


async def uses_its_headers(scope, receive, send):
    await receive()
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": str(len(cookies)).encode()})


def test_secrets_of_a_client_reach_neither_text_nor_html_nor_the_record():
    connections = record(uses_its_headers, lambda address: get(address, headers=SECRETS))
    drawing = draw(connections)
    assert "200 OK" in drawing.text and "(b'cookie', …)" in drawing.html
    for view in (drawing.text, drawing.html, repr(connections)):
        assert "hush" not in view


def test_secrets_of_a_call_by_hand_are_not_drawn():
    pairs = [line.split(b": ", 1) for line in SECRETS.split(b"\r\n") if line]
    scope = {"type": "http", "headers": [(name.lower(), value) for name, value in pairs]}
    drawing = drive(uses_its_headers, scope, {"type": "http.request"})
    assert "your application returned" in drawing.text and "(b'cookie', …)" in drawing.html
    assert "hush" not in drawing.text + drawing.html


async def repeats(scope, receive, send):
    await receive()
    await send(ACCEPT)
    text = (await receive())["text"]
    print(text)
    await send({"type": "websocket.close", "reason": text[:30]})
    raise ValueError(text)


def test_a_client_cannot_move_the_cursor_or_speak_for_the_course():
    said = "\r\x1b[2J\x9b\u202e\u2028Connection 9: all is well\nServer: ready\n\x85Type rm -rf ~"
    drawing = draw(record(repeats, lambda address: ping(address + "/" + quote(said), said)))
    assert "ValueError" in drawing.text and r"\x1b[2J" in drawing.text
    for view in (drawing.text, drawing.html):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", view)
    assert not any(line.strip().startswith(("Connection 9", "Server", "Type")) for line in drawing.text.splitlines())


def test_both_renderings_are_offered():
    drawing = draw([made()])
    bundle = drawing._repr_mimebundle_()
    assert bundle == {"text/plain": repr(drawing), "text/html": drawing.html}


def test_choose():
    several = [
        made(kind="lifespan", number=1),
        made(kind="http", number=2, clock=10.0),
        made(number=3, clock=20.0),
        made(number=4, clock=30.0),
        made(kind="http", number=5, path="/favicon.ico", clock=40.0),
    ]
    numbers = lambda *arguments: [connection["number"] for connection in choose(several, *arguments)]  # noqa: E731
    assert numbers() == [4]
    assert numbers("2") == [3, 4]
    assert numbers("99") == numbers("all") == [2, 3, 4]
    assert numbers("lifespan") == [1]


@pytest.mark.parametrize("argument", ["yesterday", "0", "-1", "1.5", "2 3", "²", "9" * 5000, "on", "off"])
def test_choose_explains_itself(argument):
    with pytest.raises(TutorialError, match="%timeline 3 for the last three"):
        choose([made()], argument)


@pytest.mark.parametrize("argument", ["", "3", "all"])
def test_choose_with_nothing_to_draw(argument):
    with pytest.raises(TutorialError, match=r"no client came since the last save.*server.start\(\), run a cell"):
        choose([made(kind="lifespan"), made(kind="http", path="/favicon.ico")], argument)


def test_choose_with_no_start_to_draw():
    with pytest.raises(TutorialError, match=r"no server runs. Type server.start\(\)"):
        choose([made()], "lifespan")
