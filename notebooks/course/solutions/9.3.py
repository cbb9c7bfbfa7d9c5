from django.urls import Resolver404, path, resolve


async def add_application(scope, receive, send, a, b):
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": str(a + b)})
    await send({"type": "websocket.close"})


urlpatterns = [
    path("add/<int:a>/<int:b>", add_application),
]


async def route(scope, receive, send):
    try:
        match = resolve(scope["path"], "websocket_app.routing")
    except Resolver404:
        await receive()  # websocket.connect
        await send({"type": "websocket.close"})
    else:
        await match.func(scope, receive, send, **match.kwargs)
