from django.urls import Resolver404, path, resolve

from websocket_app.refuse import refusal
from websocket_app.websocket import websocket_application

not_found = refusal(404, "No WebSocket lives at this address.")
gone = refusal(410, "moved to /new")

urlpatterns = [
    path("", websocket_application),
    path("old", gone),
]


def route(scope, receive, send):
    try:
        match = resolve(scope["path"], "websocket_app.routing")
    except Resolver404:
        return not_found(scope, receive, send)
    return match.func(scope, receive, send, **match.kwargs)
