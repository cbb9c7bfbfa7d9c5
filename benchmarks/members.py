"""Clients in a room: they hear frames of any length, and answer the server's pings as a browser does."""

import selectors
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from benchmarks import wire

TEXT, PING, PONG = 0x81, 0x89, 0x8A
READ = 65536


class Member:
    """One client, which has asked to come in."""

    def __init__(self, port: int, path: str):
        self.socket = wire.knock(port, path)
        self.data = b""
        self.entered = False

    def enter(self) -> None:
        """Wait until the server has accepted. Raises WrongAnswer."""
        while not self.accepted():
            self.data += wire.receive(self.socket, READ)

    def accepted(self) -> bool:
        """Tell whether the server has accepted by now. Raises WrongAnswer."""
        if not self.entered and b"\r\n\r\n" in self.data:
            answer, _, self.data = self.data.partition(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 101 "):
                raise wire.WrongAnswer(f"the handshake was answered with {answer!r}")
            self.entered = True
        return self.entered

    def say(self, text: str) -> None:
        """Send a short text."""
        self.send(TEXT, text.encode())

    def send(self, kind: int, data: bytes) -> None:
        """Send a frame with a mask of 0."""
        self.socket.sendall(bytes([kind, 0x80 + len(data), 0, 0, 0, 0]) + data)

    def hear(self) -> list[str]:
        """Wait for the server and return the texts that have come. Raises ConnectionError at its end."""
        self.data += wire.receive(self.socket, READ)
        return list(self.texts()) if self.accepted() else []

    def hear_of(self, text: str) -> None:
        """Wait until somebody has said this."""
        while not any(heard.endswith(text) for heard in self.hear()):
            pass

    def texts(self) -> Iterator[str]:
        """Take the whole frames that are here; answer pings, and return the texts."""
        while len(self.data) > 1:
            kind, length, start = self.data[0], self.data[1], 2
            if length > 125:
                start = 4 if length == 126 else 10
                length = int.from_bytes(self.data[2:start], "big")
            if len(self.data) < start + length:
                return
            payload, self.data = self.data[start : start + length], self.data[start + length :]
            if kind == TEXT:
                yield payload.decode()
            elif kind == PING:
                self.send(PONG, payload)

    def leave(self) -> None:
        """Hang up."""
        self.socket.close()


class Ears:
    """Hear what reaches any of these members, and keep those that the server has hung up on."""

    def __init__(self, members: Iterable[Member]):
        self.lost: list[Member] = []
        self.ready = selectors.DefaultSelector()
        for member in members:
            self.add(member)

    def add(self, member: Member) -> None:
        """Listen to one more."""
        self.ready.register(member.socket, selectors.EVENT_READ, member)

    def remove(self, member: Member) -> None:
        """Listen to one less, and hang up."""
        self.ready.unregister(member.socket)
        member.leave()

    def hear(self, seconds: float) -> Iterator[tuple[Member, str]]:
        """Wait for as long as nothing comes; then return what has come, by whom it is heard."""
        for key, _ in self.ready.select(max(0, seconds)):
            try:
                texts = key.data.hear()
            except ConnectionError:
                self.lost.append(key.data)
                self.remove(key.data)
                continue
            for text in texts:
                yield key.data, text


def join_many(ports: Sequence[int], count: int, path: str) -> list[Member]:
    """Return as many members in the order in which they came in, by one port after the other, IN_FLIGHT at a time."""
    members, waiting, ears = [], deque(), Ears([])
    for number in range(count + wire.IN_FLIGHT):
        if number >= wire.IN_FLIGHT and waiting:
            member = waiting.popleft()
            member.enter()
            members.append(member)
            ears.add(member)
        if number < count:
            waiting.append(Member(ports[number % len(ports)], path))
        if number % wire.IN_FLIGHT == 0:  # Who is in must not wait for its pongs until all are.
            for _ in ears.hear(0):
                pass
    if ears.lost:
        raise wire.WrongAnswer(f"{len(ears.lost)} were not let stay in the room")
    return members


def attend(members: Iterable[Member], seconds: float) -> None:
    """Read what comes, so that nobody is behind."""
    end, ears = time.monotonic() + seconds, Ears(members)
    while (left := end - time.monotonic()) > 0:
        for _ in ears.hear(left):
            pass
    if ears.lost:
        raise wire.WrongAnswer(f"{len(ears.lost)} were not let stay in the room")
