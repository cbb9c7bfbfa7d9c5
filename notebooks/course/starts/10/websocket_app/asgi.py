"""
ASGI config for websocket_app project.

It exposes the ASGI callable as a module-level variable named ``application``.

For more information on this file, see
https://docs.djangoproject.com/en/stable/howto/deployment/asgi/
"""

import os

from django.core.asgi import get_asgi_application
from django.urls import path

from websocket_app.echo import echo_application
from websocket_app.errors import safely
from websocket_app.lifespan import lifespan_application
from websocket_app.limits import limit_connections, limit_messages
from websocket_app.me import me_application
from websocket_app.origin import check_origin
from websocket_app.routes import routes
from websocket_app.users import add_user
from websocket_app.websocket import websocket_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")

django_application = get_asgi_application()

websockets = safely(  # An error: 1011, and one line in the log.
    check_origin(  # Another site's page: 403.
        limit_connections(  # A full house: 503.
            add_user(  # scope["user"], until the log out.
                limit_messages(  # A flood: 1008.
                    routes(  # An unknown address: 404.
                        path("", websocket_application),
                        path("echo", echo_application),
                        path("echo/<int:limit>", echo_application),
                        path("me", me_application),
                    )
                )
            )
        )
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
