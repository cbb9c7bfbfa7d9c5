"""The clients of a check: what they send, what is expected, what comes, and after how many milliseconds."""

import asyncio
import contextlib
import itertools
import secrets
import time
from dataclasses import dataclass

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from .values import ACCEPTED, ANYTHING, DROPPED, NOTHING, Came, closed, ending, fits, status

# In seconds. A check ends within 5: it starts a worker, visits it for LIMIT at most, and asks for one more report.
LIMIT = 3.5
PATIENCE = 1.2  # for an answer, and for the end of the connection of the learner's client
PRINT = 0.5  # for a line of print; a report waits for the event loop anyway, so that a slow machine is not blamed
QUIET = 0.15  # without an answer: this counts as silence


@dataclass
class Step:
    """One thing that a client did, and what came of it."""

    did: str
    sent: object  # the message; the name of a client that connects or listens; else as `did`
    expected: object
    came: object
    agent: str | None  # the User-Agent of the client that did it
    ms: float  # since the step before

    @property
    def right(self) -> bool:
        return fits(self.came, self.expected)


class Stopped(Exception):
    """A visit cannot go on after this step."""


class NotAttempted(Exception):
    """No client of the learner's own has sent a message."""


class Visit:
    """One round of a check at a learner's server; its clients sign with a User-Agent of their own."""

    def __init__(self, server, number: str, path: str | None) -> None:
        self.server = server
        self.facts = len(server.facts)  # that the server had told when the visit began
        self.path = path  # of the file that the exercise is about
        self.token = f"check {number} {secrets.token_hex(4)}"  # the beginning of each User-Agent
        self.signatures = itertools.count(1)
        self.steps: list[Step] = []
        self.began = time.perf_counter()  # of the next step
        self.clients: list[Client] = []
        self.excused: set[str] = set()  # User-Agents of clients that were meant to be refused
        self.judged: list[dict] = []  # the connection of the learner's own client, see `learner`
        self.sent: list[dict] = []  # the events of that client
        self.answers = True  # whether the server answered the last request for a report
        self.lines = 0  # of print that steps have shown

    @property
    def wrong(self) -> Step | None:
        """The first step that is not right."""
        return next((step for step in self.steps if not step.right), None)

    def sign(self) -> str:
        """Return a User-Agent for one more client."""
        return f"{self.token} {next(self.signatures)}"

    def step(self, did: str, expected: object, came: object, sent: object = None, agent: str | None = None) -> None:
        """Note what came. A wrong message goes on; silence, or an end that was not expected, ends the visit."""
        began, self.began = self.began, time.perf_counter()
        self.steps.append(Step(did, did if sent is None else sent, expected, came, agent, (self.began - began) * 1000))
        if not self.steps[-1].right and not isinstance(came, (str, bytes)):
            raise Stopped

    async def connect(self, path: str = "/", name: str = "", expected: object = ACCEPTED, **options) -> "Client":
        """Open a WebSocket connection; `name` is for the table, `options` are those of websockets' `connect`."""
        client = Client(self, name or (path if path != "/" else f"client {len(self.clients) + 1}"))
        address = f"ws://localhost:{self.server.port}{path}"
        options = {"user_agent_header": client.agent, "open_timeout": None, "close_timeout": PATIENCE, **options}
        try:
            client.socket = await asyncio.wait_for(connect(address, **options), PATIENCE)
            came = ACCEPTED
        except TimeoutError:
            came = NOTHING
        except InvalidStatus as error:
            came = status(error.response.status_code)
        except (OSError, WebSocketException):
            came = DROPPED
        if expected is not ACCEPTED and fits(came, expected):
            self.excused.add(client.agent)
        self.step(f"{client.name}: connects", expected, came, client.name, client.agent)
        return client

    async def refused(self, path: str, code: int | Came) -> None:
        """Expect that a handshake is refused with this HTTP status; with ANYTHING, that it is answered somehow."""
        await self.connect(path, path, code if code is ANYTHING else status(code))

    async def get(self, path: str, text: object = ANYTHING, method: str = "GET", body: bytes | None = None) -> None:
        """Make an HTTP request and expect this text with status 200, or a `status`."""
        import httpx  # not at the top: importing it takes 50 ms, and few checks need it

        agent = self.sign()
        # No proxy may stand between, and no certificates are needed.
        client = httpx.AsyncClient(headers={"User-Agent": agent}, timeout=None, trust_env=False, verify=False)
        try:
            async with asyncio.timeout(PATIENCE), client:
                answer = await client.request(method, f"http://localhost:{self.server.port}{path}", content=body)
            came = answer.text if answer.status_code == 200 else status(answer.status_code)
        except TimeoutError:
            came = NOTHING
        except (OSError, httpx.HTTPError):
            came = DROPPED
        self.step(f"{method} {path}" + (f", {len(body)} bytes" if body is not None else ""), text, came, None, agent)

    async def prints(self, line: str) -> None:
        """Expect that the exercise's file prints this line next; a missing line does not end the visit."""
        until = time.perf_counter() + (QUIET if any(step.came is NOTHING for step in self.steps) else PRINT)
        while not (came := self.printed[self.lines :]) and time.perf_counter() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        self.lines += len(came)
        with contextlib.suppress(Stopped):
            self.step("the server prints", line, " / ".join(came) or NOTHING, None, self.steps[-1].agent)

    @property
    def printed(self) -> list[str]:
        """The lines that the exercise's file has printed for this visit, in the order of their time."""
        entries = [(c["clock"] + e["ms"] / 1000, e) for c in self.record for e in c["entries"] if e["kind"] == "print"]
        return [e["text"] for _, e in sorted(entries, key=lambda each: each[0]) if e.get("path") == self.path]

    @property
    def record(self) -> list[dict]:
        """What the server has recorded of this visit's clients, oldest first, see `record/recorder.py`."""
        return [each for each in self.report()["connections"] if each["agent"].startswith(self.token)]

    def report(self) -> dict:
        """Return the server's report; an empty one if it does not answer, and then it is not asked again."""
        report = self.server.report() if self.answers else None
        self.answers = report is not None
        return report or {"connections": [], "stuck": None}

    async def learner(self) -> list[dict]:
        """Return the events of the newest WebSocket client that is the learner's own, in order, once it has left.

        What the handler did not receive any more is among them. Raises NotAttempted where no message is.
        """
        until = time.perf_counter() + PATIENCE
        while True:
            found = [c for c in self.report()["connections"] if c["type"] == "websocket"]
            self.judged = [c for c in found if not c["agent"].startswith("check ")][-1:]
            if not self.judged or not self.judged[0]["open"] or time.perf_counter() > until:
                break
            await asyncio.sleep(0.05)
        for connection in self.judged:
            self.sent = [e["event"] for e in connection["entries"] if e["kind"] == "receive"] + connection["unread"]
        if not any(event["type"] == "websocket.receive" for event in self.sent):
            raise NotAttempted
        return self.sent


class Client:
    """One client of a visit, with a WebSocket connection of its own."""

    def __init__(self, visit: Visit, name: str) -> None:
        self.visit, self.name, self.socket = visit, name, None
        self.agent = visit.sign()
        visit.clients.append(self)

    async def send(self, message: str | bytes, expected: object) -> None:
        """Send a message and expect an answer: a message, NOTHING, or `closed(code)`."""
        with contextlib.suppress(ConnectionClosed, TimeoutError):  # what comes of it tells
            await asyncio.wait_for(self.socket.send(message), PATIENCE)
        self.visit.step(f"{self.name}: {message!r}", expected, await self.receive(expected), message, self.agent)

    async def expect(self, expected: object) -> None:
        """Expect what comes unasked: a message, NOTHING, or `closed(code)`."""
        self.visit.step(f"{self.name}: listens", expected, await self.receive(expected), self.name, self.agent)

    async def leave(self) -> None:
        """Expect that nothing more comes, and leave with a close frame."""
        if (came := await self.receive(NOTHING)) is NOTHING:
            await self.socket.close()
            came = ending(self.socket.protocol.close_exc)
        self.visit.step(f"{self.name}: leaves", closed(1000), came, None, self.agent)

    async def receive(self, expected: object) -> object:
        """Return the next message, or what came instead; silence counts from where the server has read all before."""
        if expected is NOTHING:
            with contextlib.suppress(ConnectionClosed):  # recv tells
                await asyncio.wait([await self.socket.ping()], timeout=PRINT)
        try:
            return await asyncio.wait_for(self.socket.recv(), QUIET if expected is NOTHING else PATIENCE)
        except TimeoutError:
            return NOTHING
        except ConnectionClosed as error:
            return ending(error)
