"""HTTP goes to Django, WebSockets go to us. Lesson 2."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")
django_application = get_asgi_application()
# Only now what is ours: it may import models, and those need Django ready.
from websocket_app.websocket import websocket_application


async def application(scope, receive, send):
    if scope["type"] == "http":
        await django_application(scope, receive, send)
    elif scope["type"] == "websocket":
        await websocket_application(scope, receive, send)
