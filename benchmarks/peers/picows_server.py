"""picows, the limit: callbacks in Cython and no coroutine per message.

`python -m benchmarks.peers.picows_server PORT`
"""

import asyncio
import sys

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server


class Ping(WSListener):
    """Answer pong! to ping."""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a frame."""
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()
        elif frame.msg_type == WSMsgType.TEXT and frame.get_payload_as_utf8_text() == "ping":
            transport.send(WSMsgType.TEXT, b"pong!")


async def main(port: int) -> None:
    """Serve until killed."""
    server = await ws_create_server(lambda request: Ping(), "127.0.0.1", port)
    await server.serve_forever()


with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main(int(sys.argv[1])))
