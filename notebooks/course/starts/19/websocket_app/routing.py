"""Which handler answers at which address, with path(). Lesson 9."""

from django.urls import Resolver404, path, resolve

from websocket_app.echo import echo_application
from websocket_app.me import me_application
from websocket_app.refuse import refusal
from websocket_app.rights import for_members
from websocket_app.rooms import room_application
from websocket_app.stream import stream_application
from websocket_app.websocket import websocket_application

not_found = refusal(404, "No WebSocket lives at this address.")

urlpatterns = [
    path("", websocket_application),
    path("echo", echo_application),
    path("echo/<int:limit>", echo_application),
    path("me", me_application),
    path("room/<slug:name>", for_members(room_application)),
    path("stream", stream_application),
]


def route(scope, receive, send):
    # Behind a proxy the project may live below a path of its own.
    address = scope["path"].removeprefix(scope.get("root_path", ""))
    try:
        match = resolve(address, "websocket_app.routing")
    except Resolver404:
        return not_found(scope, receive, send)
    # What path("echo/<int:limit>", ...) captured comes by name.
    return match.func(scope, receive, send, **match.kwargs)
