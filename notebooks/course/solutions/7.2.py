import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")
django_application = get_asgi_application()
# Only now what is ours: it may import models, and those need Django ready.
from websocket_app.errors import safely
from websocket_app.websocket import websocket_application


def tell_end(application):
    async def telling(scope, receive, send):
        try:
            await application(scope, receive, send)
        finally:
            print("ended", scope["path"])

    return telling


async def handler(scope, receive, send):
    if scope["path"] == "/boom":
        raise ValueError("boom")
    await websocket_application(scope, receive, send)


websockets = safely(tell_end(handler))


async def application(scope, receive, send):
    if scope["type"] == "http":
        await django_application(scope, receive, send)
    elif scope["type"] == "websocket":
        await websockets(scope, receive, send)
    else:
        raise NotImplementedError(f"Unknown scope type {scope['type']}")
