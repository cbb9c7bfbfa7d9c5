"""Lesson 6: whatever a client sends, it gets an answer and the next one is served."""

import json
import os
import random
import socket
import struct
import sys
import zlib

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from wire import BINARY, PING, TEXT, frame, handshake, raw, read_close, read_frame, read_status

MIB = 2**20


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PING",
        "hello",
        "\x00",
        "🏓" * 1000,
        "{broken",
        "[" * 100_000,
        json.dumps({"text": "\ud800"}),
        "x" * MIB,
    ],
    ids=["empty", "shouted", "unknown", "nul", "emoji", "json", "deep json", "surrogate", "1 MiB"],
)
def test_unknown_text_is_passed_over(server, text):
    with server.connect() as ws:
        ws.send(text)
        ws.send("ping")
        assert ws.recv(timeout=5) == "pong!"


@pytest.mark.parametrize("data", [b"", b"ping", b"\x00\xff", bytes(MIB)], ids=len)
def test_binary_is_closed_with_a_reason(server, data):
    with server.connect() as ws:
        ws.send(data)
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(timeout=5)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1003, "Text only, please")


def test_binary_in_front_of_pings_that_are_already_on_their_way(server):
    before = server.log()
    with raw(server) as client:
        assert read_status(client) == 101
        client.sendall(frame(BINARY, b"x") + frame(TEXT, b"ping") * 100)
        assert read_close(client) == 1003
    server.assert_well()
    assert server.log() == before, "after a close nothing may be sent"


WRONG = {
    "not utf-8": (frame(TEXT, b"\xff"), 1007),
    "not utf-8, in fragments": (frame(TEXT, b"\xc3", fin=0) + frame(0, b"\x28"), 1007),
    "a lone surrogate": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "unmasked": (frame(TEXT, b"ping", masked=False), 1002),
    "reserved opcode": (frame(3, b"x"), 1002),
    "reserved control opcode": (frame(11, b"x"), 1002),
    "reserved bit 1": (frame(TEXT, b"x", reserved=4), 1002),
    "reserved bits 2 and 3": (frame(TEXT, b"x", reserved=3), 1002),
    "overlong ping": (frame(PING, b"x" * 126), 1002),
    "fragmented ping": (frame(PING, b"x", fin=0), 1002),
    "orphan continuation": (frame(0, b"x"), 1002),
    "text inside of a fragmented text": (frame(TEXT, b"a", fin=0) + frame(TEXT, b"b"), 1002),
    "a length of 2^63-1": (frame(TEXT, length=2**63 - 1), 1009),
    "a length of 2^64-1": (frame(TEXT, length=2**64 - 1), 1009),
    "a byte over 1 MiB": (frame(TEXT, length=MIB + 1), 1009),
    "close with one byte": (frame(8, b"\x03"), 1002),
    "close with code 5": (frame(8, struct.pack("!H", 5)), 1002),
    "close with a reason that is not utf-8": (frame(8, b"\x03\xe8\xff"), 1007),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_frame_is_closed_with_its_code(server, name):
    data, code = WRONG[name]
    with raw(server) as client:
        assert read_status(client) == 101
        client.sendall(data)
        assert read_close(client) == code


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "in fragments"])
def test_17_mib_is_too_big(server, whole):
    with raw(server) as client:
        assert read_status(client) == 101
        try:
            if whole:
                client.sendall(frame(TEXT, bytes(17 * MIB)))
            else:
                client.sendall(frame(TEXT, bytes(MIB // 2), fin=0))
                for _ in range(33):
                    client.sendall(frame(0, bytes(MIB // 2), fin=0))
        except OSError:
            return  # The server has hung up in the middle of it, and rightly.
        assert read_close(client) == 1009


def test_random_bytes_after_the_handshake(server):
    for seed in range(50):
        with raw(server) as client:
            assert read_status(client) == 101
            client.sendall(random.Random(seed).randbytes(300))
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass


def test_random_bytes_in_place_of_a_handshake(server):
    for seed in range(20):
        with raw(server, random.Random(seed).randbytes(300)) as client:
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass


def test_a_compressed_bomb_takes_no_memory(server):
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    packer = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(packer.compress(bytes(MIB)) for _ in range(256))
    bomb += packer.flush(zlib.Z_SYNC_FLUSH)[:-4]
    assert len(bomb) < 300 * 1024

    opening = handshake(server, Sec_WebSocket_Extensions="permessage-deflate")
    with raw(server, opening) as client:
        assert read_status(client) == 101
        client.sendall(frame(TEXT, bomb, reserved=4))
        assert read_close(client) == 1002
        assert (highest(process) - before) / MIB <= 32


def highest(process):
    """The most memory the process has had, where the system remembers it, in bytes."""
    if sys.platform == "linux":
        with open(f"/proc/{process.pid}/status") as status:
            peak = next(line for line in status if line.startswith("VmHWM"))
        return int(peak.split()[1]) * 1024
    return process.memory_info().rss


def test_a_ping_of_the_protocol_is_answered(server):
    with raw(server) as client:
        assert read_status(client) == 101
        client.sendall(frame(PING, b"x" * 125))
        assert read_frame(client) == (10, b"x" * 125)


def test_10_000_messages_that_the_client_never_reads(server):
    """The server stops reading when it cannot write; it neither fills up nor stops serving."""
    memory = psutil.Process(server.process.pid).memory_info().rss
    with raw(server) as client:
        assert read_status(client) == 101
        client.settimeout(0.2)
        try:
            for _ in range(100):
                client.sendall(frame(TEXT, b"ping") * 100)
        except TimeoutError:
            pass  # Full, all the way from the client to the handler.
        server.assert_well()
    assert psutil.Process(server.process.pid).memory_info().rss - memory < 32 * MIB


def test_an_echo_of_16_mib_that_the_client_never_reads(server):
    """Larger than every buffer in between: reading has to stop."""
    memory = psutil.Process(server.process.pid).memory_info().rss
    with raw(server, handshake(server, "/echo")) as client:
        assert read_status(client) == 101
        client.settimeout(0.5)
        with pytest.raises(TimeoutError):
            for _ in range(4 * 16):
                client.sendall(frame(BINARY, os.urandom(MIB)))
        server.assert_well()
    assert psutil.Process(server.process.pid).memory_info().rss - memory < 32 * MIB


def test_50_resets(server):
    reset = struct.pack("ii", 1, 0)  # Close with a reset, not with a goodbye.
    for number in range(50):
        with raw(server) as client:
            if number % 2:
                assert read_status(client) == 101
                client.sendall(frame(TEXT, b"ping") * 20)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)


def test_a_client_that_leaves_in_the_middle(server):
    for cut in (b"GET / HT", handshake(server)[:-2], handshake(server) + frame(TEXT, b"ping")[:3]):
        with raw(server, cut):
            pass
