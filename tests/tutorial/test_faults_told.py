"""Every way in which a handler goes wrong, met in a real kernel by a client as a lesson writes it."""

import asyncio
import contextlib
import http.client
import re
import shutil
import socket
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from copies import copy
from kernel import until
from mistakes import ACCEPT, ASGI_CASES, CASES, GOOD, PONG, ROWS, instead
from tutorial.commands.notebook import Run
from tutorial.disk import course
from tutorial.record import faults
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

HANDLER, ASGI = "websocket_app/websocket.py", "websocket_app/asgi.py"
SECONDS = 3.0  # that a sentence may take
LESSON = 5  # whose asgi.py hands a connection to the handler as it is
KERNELS = 3  # side by side: most of the time they wait

CLIENT = """\
async def main():
    async with connect(server.url) as ws:
        await ws.send("ping")
        print(await ws.recv())
        await ws.send("ping")
        print(await ws.recv())

asyncio.run(main())"""


class Cells(list):
    """Cells of code that a notebook is made of; each may fail."""

    def add(self, source: str) -> nbformat.NotebookNode:
        self.append(nbformat.v4.new_code_cell(source, metadata={"tags": ["raises-exception"]}))
        return self[-1]


def writes(path: str, content: str) -> str:
    """Return a cell that writes a file as an editor does: whatever it holds."""
    return f"open({path!r}, 'w').write({content!r}) and None"


def run(folder, cases: dict) -> list[str]:
    """Meet each case in a kernel; return what is not as it must be."""
    cells, met = Cells(), []
    cells.add(f"%load_ext tutorial\n%lesson {LESSON}\nimport asyncio\nfrom websockets import connect")
    cells.add(f"%%save {HANDLER}\n{GOOD}")
    cells.add(CLIENT)
    good = {HANDLER: GOOD, ASGI: course.begins()[LESSON][ASGI].decode()}
    for name, (content, *_) in cases.items():
        path = ASGI if name in ASGI_CASES else HANDLER
        cells.add(writes(path, content) if name == "wrong indentation" else f"%%save {path}\n{content}")
        client = cells.add(CLIENT)
        cells.add(f"%%save {path}\n{good[path]}")
        met.append((name, client, cells.add(CLIENT)))
    replied = []
    with Run(folder / "notebooks") as kernel:
        kernel.run_all(nbformat.v4.new_notebook(cells=list(cells)), lambda: replied.append(time.monotonic()))
    seconds = {id(cell): after - before for cell, before, after in zip(cells[1:], replied, replied[1:], strict=False)}

    wrong = []
    busy = max(seconds[id(back)] for _, _, back in met)  # what a good handler takes on this machine at this time
    for name, client, back in met:
        _, code, words = cases[name]
        text = shown(client)
        path = ASGI if "application" in code or name in ASGI_CASES else HANDLER
        if words not in re.sub(r"\s+", " ", text):
            wrong.append(f"{name}: no sentence with {words!r}, but\n{text}")
        if code and not re.search(rf"{path}, line \d+:\s+{code if code[0] == '(' else re.escape(code)}\n", f"{text}\n"):
            wrong.append(f"{name}: does not name {code!r} in {path}, but\n{text}")
        if "Traceback" in text or "notebooks/tutorial" in text or "site-packages" in text:
            wrong.append(f"{name}: shows a traceback of ours,\n{text}")
        if seconds[id(client)] > SECONDS + busy:
            wrong.append(f"{name}: takes {seconds[id(client)]:.1f} seconds")
        if shown(back).strip() != "pong!\npong!":
            wrong.append(f"{name}: a good file does not bring everything back, but\n{shown(back)}")
    return wrong


def shown(cell: nbformat.NotebookNode) -> str:
    """Return all that a cell shows, as text."""
    return "\n".join(
        "\n".join(output["traceback"]) if "traceback" in output else output.get("text") or output["data"]["text/plain"]
        for output in cell.outputs
    )


def test_each_way_a_handler_goes_wrong_is_met_with_a_sentence_and_mended_by_the_next_save(tmp_path):
    cases = {**CASES, **ASGI_CASES}
    shares = [dict(list(cases.items())[number::KERNELS]) for number in range(KERNELS)]
    folders = [copy(tmp_path / str(number)) for number in range(KERNELS)]
    with ThreadPoolExecutor(KERNELS) as pool:
        wrong = [line for lines in pool.map(run, folders, shares) for line in lines]
    assert not wrong, "\n\n".join(wrong)
    for folder in folders:  # a kernel that has gone leaves no server
        port = int((folder / ".course/port").read_text())
        deadline = time.monotonic() + 5
        while listens(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not listens(port), "a server outlives its kernel"


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


START = 'await send({"type": "http.response.start", "status": 200})'
BODY = 'await send({"type": "http.response.body", "body": b"hello"})'
HTTP = {
    "body is a str": ([START, BODY.replace('b"', '"')], 1, '"body" must be bytes'),
    "body first": ([BODY], 0, "sent before http.response.start"),
    "no body": ([START], 0, "returns without http.response.body"),
    "no answer": (["pass"], None, "returns without http.response.start"),
    "started twice": ([START, START, BODY], 1, "sent a second time"),
    "misspelt": ([START.replace("start", "starts"), BODY], 0, "is it 'http.response.start'?"),
    "of a WebSocket": (['await send({"type": "websocket.close"})'], 0, "'websocket.close' for a scope of type http"),
    "raises": (["1 / 0"], 0, "raises ZeroDivisionError"),
    "send without await": ([START.removeprefix("await ")], 0, "called without `await`"),
    "right": ([START, BODY], None, None),
}


@pytest.mark.parametrize("name", HTTP)
def test_an_http_answer_that_goes_wrong_is_explained_too(project, server, name):
    lines, wrong, words = HTTP[name]
    application = "async def application(scope, receive, send):\n    if scope['type'] == 'http':\n"
    (project / ASGI).write_text(application + "".join(f"        {line}\n" for line in lines))
    server.start()
    with contextlib.suppress(OSError, http.client.HTTPException):
        urllib.request.urlopen(server.http_url, timeout=5).read()
    report = server.report()
    said = [faults.explain(connection, report["stuck"]) for connection in report["connections"]]
    told = " ".join(filter(None, said))
    assert words in told if words else not told
    assert wrong is None or f"{ASGI}, line {wrong + 3}:\n    {lines[wrong]}" in told


def test_who_leaves_before_the_answer_is_not_said_to_have_got_one(project, server):
    waits = 'while scope["type"] == "http" and (await receive())["type"] != "http.disconnect": pass'
    (project / ASGI).write_text(f"async def application(scope, receive, send):\n    {waits}\n")
    server.start()
    with contextlib.suppress(OSError):
        urllib.request.urlopen(server.http_url, timeout=0.3)
    connections = until(lambda: [c for c in server.report()["connections"] if c["type"] == "http" and not c["open"]])
    assert faults.explain(connections[0]) is None


async def meet(server, *messages: str | bytes, path: str = "") -> tuple[dict, dict | None, bool]:
    """Send messages, wait for an answer to each; return the connection, where the loop stands, whether it is silent."""

    def reported(silent: bool) -> tuple[dict, dict | None, bool]:
        report = server.report()
        return report["connections"][-1], report["stuck"], silent

    with contextlib.suppress(OSError, WebSocketException):
        async with connect(server.url + path, open_timeout=5, close_timeout=0.5) as ws:
            for message in messages:
                await ws.send(message)
                try:
                    await asyncio.wait_for(ws.recv(), faults.YOUNG + 0.2)
                except TimeoutError:
                    return reported(True)
    return reported(False)


def explained(server, *messages, **options) -> str:
    return faults.explain(*asyncio.run(meet(server, *(messages or ["ping"]), **options))) or ""


@pytest.fixture
def lesson(project):
    """The project as it is where lesson LESSON begins: nothing wraps the handler."""
    (project / ASGI).write_bytes(course.begins()[LESSON][ASGI])
    shutil.copy(project / "notebooks/course/starts/06/websocket_app/urls.py", project / "websocket_app/urls.py")
    return project


def serve(project, server, handlers: list[str]) -> None:
    """Serve handlers side by side, each from a file of its own, at /0, /1 and so on; wrapped if the project wraps."""
    numbers = range(len(handlers))
    for number, handler in enumerate(handlers):
        handler = handler.replace("websocket_application", f"application_{number}")
        (project / f"websocket_app/row_{number}.py").write_text(handler)
    asgi = (project / ASGI).read_text()
    imports = "".join(f"from websocket_app.row_{number} import application_{number}\n" for number in numbers)
    routes = "".join(f'path("{number}", application_{number}),\n' for number in numbers)
    calls = "".join(
        f'    elif scope["path"] == "/{number}":\n        await application_{number}(scope, receive, send)\n'
        for number in numbers
    )
    asgi = asgi.replace("from websocket_app.websocket import websocket_application\n", imports)
    routing = project / "websocket_app/routing.py"
    if routing.exists() and "routing" in asgi:
        table = routing.read_text().replace('path("", websocket_application),', routes)
        routing.write_text(table.replace("from websocket_app.websocket import websocket_application\n", imports))
    call = '    elif scope["type"] == "websocket":\n        await websocket_application(scope, receive, send)\n'
    asgi = asgi.replace(call, calls)
    (project / ASGI).write_text(asgi)
    server.restart()


def met(server, number: int) -> str:
    """Return what is said of the handler with this number, by its name in the lessons."""
    said = explained(server, path=str(number))
    return said.replace(f"application_{number}", "websocket_application").replace(f"row_{number}.py", "websocket.py")


def test_each_mistake_has_a_sentence_at_its_line(lesson, server, monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "answer", "pong!", raising=False)
    serve(lesson, server, [handler for handler, *_ in ROWS.values()])
    wrong = []
    for number, (name, (_, code, words)) in enumerate(ROWS.items()):
        told = met(server, number)
        if not re.search(words, " ".join(told.split())) or f"{HANDLER}, line" not in told.replace(ASGI, ""):
            wrong.append(f"{name}: {words}, {code}, but\n{told}")
        elif f":\n    {code}\n" not in f"{told}\n":
            wrong.append(f"{name}: {code}, but\n{told}")
    assert not wrong, "\n\n".join(wrong)


# The same below the middlewares of the finished project as with none, but for what the client sees of it.
BELOW = {name: CASES[name][0] for name in ("raises before accept", "raises after accept", "send without await")}
BELOW |= {name: CASES[name][0] for name in ("accepts twice", "close code 1005", "neither text nor bytes")}
BELOW |= {name: ROWS[name][0] for name in ("raises CancelledError", "except: pass", "a task fails unseen")}
BELOW["text is a dict"] = instead(PONG, 'await send({"type": "websocket.send", "text": {"a": 1}})')
BELOW["accept is misspelt"] = instead(ACCEPT, 'await send({"type": "websocket.acept"})')


def test_no_middleware_hides_a_mistake(project, server, request):
    serve(project, server, list(BELOW.values()))
    below = {name: met(server, number) for number, name in enumerate(BELOW)}
    serve(request.getfixturevalue("lesson"), server, list(BELOW.values()))
    above = {name: met(server, number) for number, name in enumerate(BELOW)}
    seen = re.compile(r"\n(The connection .*|It had not .*)")
    assert all(above.values())
    assert {name: seen.sub("", told) for name, told in below.items()} == {
        name: seen.sub("", told) for name, told in above.items()
    }
    assert below["raises after accept"].endswith("The connection is closed with code 1011.")
    assert below["raises before accept"] == above["raises before accept"]


async def reads_nothing(url):
    async with connect(url) as ws:
        for _ in range(3):
            await ws.send("ping")


async def raises(url):
    async with connect(url) as ws:
        await ws.send("ping")
        raise OSError("the client's own")


async def closes_while_the_handler_sends(url):
    ws = await connect(url)
    for _ in range(10):
        await ws.send("ping")
    await ws.recv()
    await ws.close(4000, "enough")


async def aborts(url):
    ws = await connect(url)
    await ws.send("ping")
    await ws.send("ping")
    ws.transport.abort()


async def leaves_at_once(url):
    ws = await connect(url)
    ws.transport.abort()


async def leaves_in_the_handshake(url):
    _, writer = await asyncio.open_connection("localhost", int(url.strip("/").rpartition(":")[2]))
    headers = ["Host: localhost", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    headers += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    writer.write("\r\n".join(["GET / HTTP/1.1", *headers, "", ""]).encode())
    await writer.drain()
    writer.transport.abort()


async def sends_rubbish(url):
    ws = await connect(url)
    await ws.send("ping")
    ws.transport.write(b"\xff" * 20)
    ws.transport.write(b"ping" * 20)
    await ws.wait_closed()


async def sends_bad_utf_8(url):
    ws = await connect(url)
    await ws.send(b"\xff", text=True)
    await ws.wait_closed()


CLIENTS = [reads_nothing, raises, closes_while_the_handler_sends, aborts, leaves_at_once, leaves_in_the_handshake]
CLIENTS += [sends_rubbish, sends_bad_utf_8]


@pytest.mark.parametrize("finished", [False, True], ids=["lesson 4's handler", "the finished project"])
def test_a_right_handler_is_never_blamed(project, request, finished):
    server = request.getfixturevalue("server")
    if not finished:
        request.getfixturevalue("lesson")
        (project / HANDLER).write_text(GOOD)
    server.start()

    async def all_at_once() -> None:
        clients = [asyncio.wait_for(client(server.url), 10) for client in CLIENTS]
        errors.extend(await asyncio.gather(*clients, return_exceptions=True))

    met, told, errors = set(), set(), []
    for _ in range(200 // len(CLIENTS)):
        asyncio.run(all_at_once())
        report = server.report()
        met |= {connection["number"] for connection in report["connections"]}
        told |= {faults.explain(connection, report["stuck"]) for connection in report["connections"]}
    assert told == {None}
    assert not any(isinstance(error, TimeoutError) for error in errors)
    assert len(met) >= 150
