import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")
django_application = get_asgi_application()


async def application(scope, receive, send):
    if scope["type"] == "http" and scope["path"].startswith("/scope"):
        text = scope["method"] + " " + scope["path"]
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": text.encode()})
    else:
        await django_application(scope, receive, send)
