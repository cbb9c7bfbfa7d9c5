from django.urls import Resolver404, path, resolve

from websocket_app.refuse import refusal
from websocket_app.websocket import websocket_application

not_found = refusal(404, "No WebSocket lives at this address.")


async def members_application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    close = {"type": "websocket.close", "code": 4403}
    await send({**close, "reason": "Members only"})


urlpatterns = [
    path("", websocket_application),
    path("members", members_application),
]


def route(scope, receive, send):
    try:
        match = resolve(scope["path"], "websocket_app.routing")
    except Resolver404:
        return not_found(scope, receive, send)
    return match.func(scope, receive, send, **match.kwargs)
