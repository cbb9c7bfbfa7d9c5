"""Hello at an address."""

import os

from django.core.asgi import get_asgi_application
from django.urls import path

from websocket_app.errors import safely
from websocket_app.lifespan import lifespan_application
from websocket_app.routes import routes
from websocket_app.websocket import websocket_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")

django_application = get_asgi_application()


async def hello_application(scope, receive, send, name):
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": f"Hello {name}"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


websockets = safely(
    routes(
        path("", websocket_application),
        path("hello/<str:name>", hello_application),
    )
)


async def application(scope, receive, send):
    if scope["type"] == "http":
        await django_application(scope, receive, send)
    elif scope["type"] == "websocket":
        await websockets(scope, receive, send)
    elif scope["type"] == "lifespan":
        await lifespan_application(scope, receive, send)
    else:
        raise NotImplementedError(f"Unknown scope type {scope['type']}")
