import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")
django_application = get_asgi_application()
# Only now what is ours: it may import models, and those need Django ready.
from websocket_app.errors import safely
from websocket_app.websocket import websocket_application


def shout(application):
    async def shouting(scope, receive, send):
        async def loud_send(event):
            if event.get("text") is not None:
                event = {**event, "text": event["text"].upper()}
            await send(event)

        await application(scope, receive, loud_send)

    return shouting


websockets = safely(shout(websocket_application))


async def application(scope, receive, send):
    if scope["type"] == "http":
        await django_application(scope, receive, send)
    elif scope["type"] == "websocket":
        await websockets(scope, receive, send)
    else:
        raise NotImplementedError(f"Unknown scope type {scope['type']}")
