"""The thirteen lines of lesson 4 on uvicorn, with the flags of the finished project: what its middleware costs."""

import socket
import sys

import uvicorn

from websocket_app.management.commands.serve import FLAGS


async def websocket_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            if event["text"] == "ping":
                await send({"type": "websocket.send", "text": "pong!"})


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    uvicorn.Server(uvicorn.Config(websocket_application, **{**FLAGS, "lifespan": "off"})).run(sockets=[listener])
