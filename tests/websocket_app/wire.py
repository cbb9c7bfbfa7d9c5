"""What a hostile client writes: handshakes and frames, byte by byte."""

import contextlib
import socket
import struct

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


def handshake(server, path="/", without=(), **headers):
    """An opening handshake. `headers` replace the usual ones, `_` standing for `-`."""
    usual = {
        "Host": server.host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
        **server.proxied,
    }
    usual |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"GET {path} HTTP/1.1".encode()]
    for name, values in usual.items():
        if name not in without:
            for value in values if isinstance(values, list) else [values]:
                value = value if isinstance(value, bytes) else value.encode("latin-1")
                lines.append(name.encode() + b": " + value)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def frame(opcode, payload=b"", fin=1, reserved=0, masked=True, length=None):
    """One frame; `length` may lie about the payload."""
    length = len(payload) if length is None else length
    mask = 0x80 if masked else 0
    head = bytes([fin << 7 | reserved << 4 | opcode])
    if length < 126:
        head += bytes([mask | length])
    elif length < 2**16:
        head += bytes([mask | 126]) + struct.pack("!H", length)
    else:
        head += bytes([mask | 127]) + struct.pack("!Q", length)
    return head + (bytes(4) if masked else b"") + payload  # A mask of zeros changes nothing.


@contextlib.contextmanager
def raw(server, opening=None):
    """A socket to the server, with the handshake sent; every wait ends after 5 seconds."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        client.sendall(handshake(server) if opening is None else opening)
        yield client


def read_until(client, end):
    """Read up to `end` and no byte more: a frame may follow at once."""
    data = b""
    while not data.endswith(end) and (byte := client.recv(1)):
        data += byte
    return data


def read_status(client):
    """The status of the server's HTTP answer, with its headers read."""
    answer = read_until(client, b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 "), f"expected an HTTP answer, got {answer[:80]!r}"
    return int(answer[9:12])


def read_exactly(client, size):
    data = b""
    while len(data) < size:
        more = client.recv(size - len(data))
        if not more:
            raise EOFError("the connection ended without a close frame")
        data += more
    return data


def read_frame(client):
    first, second = read_exactly(client, 2)
    length = second & 0x7F
    if length == 126:
        (length,) = struct.unpack("!H", read_exactly(client, 2))
    elif length == 127:
        (length,) = struct.unpack("!Q", read_exactly(client, 8))
    return first & 0x0F, read_exactly(client, length)


def read_close(client):
    """The code of the server's close frame; frames before it are skipped."""
    while True:
        opcode, payload = read_frame(client)
        if opcode == CLOSE:
            return struct.unpack("!H", payload[:2])[0] if payload else 1005
