"""The finished project on uvicorn with its production flags.

`python -m benchmarks.peers.this_application PORT [--compression]`
"""

import gc
import sys

import uvicorn

config = uvicorn.Config(
    "websocket_app.asgi:application",
    port=int(sys.argv[1]),
    log_level="warning",  # A log line for every connection costs about a tenth of the handshakes.
    ws_per_message_deflate="--compression" in sys.argv,  # A third of the memory without.
)
config.load()
gc.freeze()  # Django and uvicorn stay for good: the garbage collector need not look at them.
gc.set_threshold(50_000, 20, 20)  # It looks more rarely: 5,000 connections are not garbage.
uvicorn.Server(config).run()
