from django.urls import Resolver404, path, resolve

from websocket_app.echo import echo_application


async def loud_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})

        if event["type"] == "websocket.disconnect":
            break

        if event["type"] == "websocket.receive":
            text = event["text"].upper()
            await send({"type": "websocket.send", "text": text})


urlpatterns = [
    path("echo", echo_application),
    path("loud", loud_application),
]


async def route(scope, receive, send):
    try:
        match = resolve(scope["path"], "websocket_app.routing")
    except Resolver404:
        await receive()  # websocket.connect
        await send({"type": "websocket.close"})
    else:
        await match.func(scope, receive, send, **match.kwargs)
