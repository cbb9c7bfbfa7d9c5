"""The clients of a check: what they send, what is expected, what comes, and after how many milliseconds."""

import asyncio
import http.client
import io
import socket
import time
from dataclasses import dataclass
from http import HTTPStatus
from types import SimpleNamespace

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

PATIENCE = 1.0  # seconds that an answer may take
QUIET = 0.15  # seconds without an answer that count as silence
PRINT = 0.3  # seconds that a line of print may take
SAID = 24  # characters of a message that a table shows
MUCH = 1_000_000  # bytes of an HTTP answer that are read


@dataclass(frozen=True)
class Came:
    """What came in the place of a message; `status` of an HTTP answer, `code` of a close frame, if it was one."""

    words: str
    status: int | None = None
    code: int | None = None

    def __str__(self) -> str:
        return self.words


NOTHING = Came("nothing")
ACCEPTED = Came("accepted")
NO_EXCEPTION = Came("no exception")
DROPPED = Came("the connection dropped")
REFUSED = Came("no server answered")


@dataclass
class Step:
    """One thing that a client did, and what came of it."""

    sent: str
    expected: object
    came: object
    ms: float
    right: bool


class Wrong(Exception):
    """A step is not as it must be; it is the last of its visit."""


class Visit:
    """One round of a check at a learner's server."""

    def __init__(self, server, path: str | None = None) -> None:
        self.server = server
        self.path = path  # of the file that the exercise is about
        self.steps: list[Step] = []
        self.ports: list[int] = []  # of its clients, by which the server's record names them
        self.clients: list[Client] = []
        self.excused: set[int] = set()  # those of them that end as no connection should, and must here
        self.lines: list[str] = []  # that handlers have printed

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @property
    def wrong(self) -> Step:
        """The first step that is not as it must be, or the last."""
        return next((step for step in self.steps if not step.right), self.last)

    def note(self, sent: str, expected: object, came: object, since: float) -> None:
        """Note a step and go on, even if it is not as it must be; see `agree`."""
        self.steps.append(Step(sent, expected, came, (time.perf_counter() - since) * 1000, came == expected))

    def step(self, sent: str, expected: object, came: object, since: float) -> None:
        """Note a step; raise Wrong unless what came was expected."""
        self.note(sent, expected, came, since)
        if not self.last.right:
            raise Wrong

    async def connect(self, path: str = "/", who: str = "", cookie: str = "") -> "Client":
        """Open a WebSocket connection; `who` names the client in the table, `cookie` is the header it sends."""
        client = Client(self, path, who, cookie)
        self.clients.append(client)
        await client.open()
        return client

    async def handshake(self, path: str) -> int:
        """Try to open a WebSocket connection, whatever comes of it; return the status of the answer."""
        try:
            await self.connect(path)
            return 101
        except Wrong:
            self.last.right, self.last.expected = True, Came("an answer")
            self.excused.add(self.ports[-1])
            return self.last.came.status

    async def get(self, path: str, expected: object, method: str = "GET") -> None:
        """Make an HTTP request; `expected` is the text that must come with status 200, or a test of that text."""
        since = time.perf_counter()
        came, text = await self.request(method, path)
        came = text if came.status == 200 else came
        if callable(expected):
            page = Came(expected.__doc__)
            if came == text:
                came = page if expected(text) else Came("another page")
            self.step(f"{method} {path}", page, came, since)
        else:
            self.step(f"{method} {path}", expected, came, since)

    async def request(self, method: str, path: str) -> tuple[Came, str]:
        """Return the status and the text of the answer to an HTTP request."""
        line = self.line()
        reader, writer = await asyncio.open_connection(sock=line)
        writer.write(f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
        raw = b""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(raw) < MUCH and (part := await reader.read(65536)):
                    raw += part
        except TimeoutError:
            return NOTHING, ""
        except OSError:
            pass  # what came before it broke is judged
        finally:
            writer.transport.abort()
        try:
            response = http.client.HTTPResponse(SimpleNamespace(makefile=lambda mode: io.BytesIO(raw)), method=method)
            response.begin()
            return status(response.status), response.read().decode(errors="replace")
        except (http.client.HTTPException, OSError, ValueError):
            return DROPPED, ""

    def line(self) -> socket.socket:
        """Return a socket that is connected to the server, and note its port."""
        try:
            line = socket.create_connection(("localhost", self.server.port), timeout=PATIENCE)
        except OSError:
            self.step("connects", ACCEPTED, REFUSED, time.perf_counter())
        line.setblocking(False)
        self.ports.append(line.getsockname()[1])
        return line

    async def prints(self, expected: str, doing: str) -> None:
        """Note what handlers print next, and go on even if it is not the one line expected; see `agree`."""
        since = time.perf_counter()
        while not (came := self.printed()[len(self.lines) :]) and time.perf_counter() - since < PRINT:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        self.lines += came
        self.note(doing, Came(expected), Came(" / ".join(came)) if came else NOTHING, since)

    def starts(self, expected: str) -> None:
        """Note what the application prints when the server starts, and that it then knows no lifespan."""
        since = time.perf_counter()
        entries = [entry for c in self.server.connections() if c["type"] == "lifespan" for entry in c["entries"]]
        printed = " / ".join(entry["text"] for entry in entries if entry["kind"] == "print")
        ends = [entry.get("name", "") for entry in entries if entry["kind"] in {"raise", "return"}]
        came = Came(printed) if printed else NOTHING
        if ends != ["NotImplementedError"]:
            came = Came(f"raises {ends[0]}" if ends and ends[0] else "returns")
        self.note("the server starts", Came(expected), came, since)

    def sound(self) -> None:
        """Expect that the application has raised nothing on this visit."""
        since = time.perf_counter()
        raised = [entry["name"] for entry in self.entries("raise")]
        self.step("the calls end", NO_EXCEPTION, Came(raised[0]) if raised else NO_EXCEPTION, since)

    def agree(self) -> None:
        """Raise Wrong unless every step so far is right."""
        if not all(step.right for step in self.steps):
            raise Wrong

    def printed(self) -> list[str]:
        """Return the lines that the exercise's file has printed on the connections of this visit."""
        return [entry["text"] for entry in self.entries("print") if entry.get("path") == self.path]

    def connections(self) -> list[dict]:
        """Return what the server has recorded of this visit, oldest first."""
        return [c for c in self.server.connections() if c["client"] in self.ports]

    def sent(self) -> list[list[dict]]:
        """Return the events that the application sent, key → plain value, for each connection of this visit."""
        found = [[e["event"] for e in c["entries"] if e["kind"] == "send"] for c in self.connections()]
        return found or [[]]

    def entries(self, kind: str) -> list[dict]:
        """Return the entries of one kind of all connections of this visit, in the order of their time."""
        found = [
            (connection["clock"] + entry["ms"] / 1000, entry)
            for connection in self.connections()
            for entry in connection["entries"]
            if entry["kind"] == kind
        ]
        return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]

    def leave(self) -> None:
        """Drop every connection that is still open."""
        for client in self.clients:
            if client.socket is not None:
                client.socket.transport.abort()


class Client:
    """One client of a visit, with a WebSocket connection of its own."""

    def __init__(self, visit: Visit, path: str, who: str = "", cookie: str = "") -> None:
        self.visit, self.path, self.cookie = visit, path, cookie
        self.name = f"{who or f'client {len(visit.clients) + 1}'}: "
        self.socket = None
        self.since = 0.0

    async def open(self) -> None:
        since = time.perf_counter()
        came = ACCEPTED
        try:
            async with asyncio.timeout(PATIENCE):
                address = self.visit.server.url.rstrip("/") + self.path
                options = {"additional_headers": {"Cookie": self.cookie}} if self.cookie else {}
                options |= {"open_timeout": None, "close_timeout": QUIET}
                self.socket = await connect(address, sock=self.visit.line(), **options)
        except TimeoutError:
            came = NOTHING
        except InvalidStatus as error:
            came = status(error.response.status_code)
        except (OSError, WebSocketException):
            came = DROPPED
        self.visit.step(f"{self.name}connects", ACCEPTED, came, since)

    async def send(self, text: str | bytes) -> None:
        """Send a message; what comes of it is seen by `expect` or `silence`."""
        self.since = time.perf_counter()
        try:
            await asyncio.wait_for(self.socket.send(text), PATIENCE)
        except ConnectionClosed as error:
            self.visit.step(self.says(text), Came("a connection"), ending(error), self.since)

    async def receive(self, limit: float) -> object:
        """Return the next message, or what came instead."""
        try:
            return await asyncio.wait_for(self.socket.recv(), limit)
        except TimeoutError:
            return NOTHING
        except ConnectionClosed as error:
            return ending(error)

    async def ask(self, text: str | bytes, expected: str | bytes) -> None:
        """Send a message and expect an answer."""
        await self.send(text)
        self.visit.step(self.says(text), expected, await self.receive(PATIENCE), self.since)

    async def note(self, text: str, expected: str) -> None:
        """Send a message, note the answer and go on, even if it is not the one expected; see `Visit.agree`."""
        await self.send(text)
        self.visit.note(self.says(text), expected, await self.receive(PATIENCE), self.since)

    async def hear(self, expected: str) -> None:
        """Expect a message that nobody has asked for."""
        self.since = time.perf_counter()
        self.visit.step(f"{self.name}listens", expected, await self.receive(PATIENCE), self.since)

    async def silence(self, text: str) -> None:
        """Send a message and expect that nothing comes."""
        await self.send(text)
        self.visit.step(self.says(text), NOTHING, await self.receive(QUIET), self.since)

    async def closed(self, text: str | bytes, code: int) -> None:
        """Send a message and expect that the server closes for it."""
        await self.send(text)
        self.visit.step(self.says(text), closed(code), await self.receive(PATIENCE), self.since)

    def says(self, text: str | bytes) -> str:
        said = repr(text)
        return self.name + (said if len(said) <= SAID else f"{said[:SAID]}…")

    async def close(self) -> None:
        """Leave with a close frame, when nothing more comes."""
        since = time.perf_counter()
        more = await self.receive(QUIET)
        if more is not NOTHING:
            self.visit.step(f"{self.name}waits", NOTHING, more, since)
        try:
            await asyncio.wait_for(self.socket.close(), PATIENCE)
            came = ending(self.socket.protocol.close_exc)
        except TimeoutError:
            came = NOTHING
        self.visit.step(f"{self.name}leaves", closed(1000), came, since)


def status(code: int) -> Came:
    try:
        return Came(f"{code} {HTTPStatus(code).phrase}", status=code)
    except ValueError:
        return Came(str(code), status=code)


def ending(error: ConnectionClosed) -> Came:
    if error.rcvd is None:
        return DROPPED
    return closed(error.rcvd.code)


def closed(code: int) -> Came:
    return Came(f"closed with code {code}", code=code)
