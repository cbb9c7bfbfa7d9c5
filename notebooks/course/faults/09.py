"""Mistakes in echo.py of lesson 9, and what a right one does."""

from tutorial.check import closed, faults


async def right(visit):
    client = await visit.connect("/echo")
    await client.send("hello", "hello")
    await client.send(b"\x00\xff", b"\x00\xff")
    await client.leave()
    client = await visit.connect("/echo/2")
    await client.send("one", "one")
    await client.send("two", "two")
    await client.expect(closed(1000))
    client = await visit.connect("/echo", "one that offers echo", subprotocols=["chat", "echo"])
    await client.send("hello", "hello")
    await client.leave()


ALL = faults(
    9,
    "websocket_app/echo.py",
    right,
    (
        26,
        "one_too_many.py",
        "/echo/2 echoes three messages before it closes.",
        "/echo is fine. Try an address with a number, and send more messages than that.",
        "Count the rows of websocket.send before websocket.close.",
        "The condition of the loop is still true when the last message was echoed.",
    ),
    (
        27,
        "bytes_as_text.py",
        "A binary frame is echoed as a text frame, and some binary frames end the connection.",
        "Texts are fine. Send bytes, and print the type of what comes back.",
        "Compare the keys of websocket.receive with those of websocket.send.",
        "Bytes have a branch of their own. Under which key does it answer?",
    ),
    (
        28,
        "always_echo.py",
        "The accept names a subprotocol that the client did not offer, and the client ends the handshake.",
        "Connect without a subprotocol, and with subprotocols=['echo'].",
        "Read the keys of websocket.accept.",
        "Where no offer fits, nothing may be chosen: None.",
    ),
)
