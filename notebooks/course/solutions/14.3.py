newest = {}


async def websocket_application(scope, receive, send):
    name = scope["query_string"]
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    if name in newest:
        await newest[name]({"type": "websocket.close", "code": 4409})
    newest[name] = send

    while (await receive())["type"] != "websocket.disconnect":
        pass
    if newest.get(name) is send:
        del newest[name]
