from django.urls import Resolver404, path, resolve

from websocket_app.websocket import websocket_application


async def hello_application(scope, receive, send, name):
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": f"Hello {name}"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


urlpatterns = [
    path("", websocket_application),
    path("hello/<str:name>", hello_application),
]


async def route(scope, receive, send):
    try:
        match = resolve(scope["path"], "websocket_app.routing")
    except Resolver404:
        await receive()  # websocket.connect
        await send({"type": "websocket.close"})
    else:
        await match.func(scope, receive, send, **match.kwargs)
