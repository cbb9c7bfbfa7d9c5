async def websocket_application(scope, receive, send):
    pass
