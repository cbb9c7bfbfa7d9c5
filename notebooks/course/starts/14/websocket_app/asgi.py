"""HTTP goes to Django, WebSockets go to us. Lesson 2."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "websocket_app.settings")
django_application = get_asgi_application()
# Only now what is ours: it may import models, and those need Django ready.
from websocket_app.errors import safely
from websocket_app.lifespan import lifespan_application
from websocket_app.origin import check_origin
from websocket_app.routing import route
from websocket_app.sessions import end_at_log_out
from websocket_app.users import add_user


@safely  # 7: an error is a line in the log, and code 1011
@check_origin  # 12: a page of another site gets 403
@add_user  # 11: scope["user"]
@end_at_log_out  # 13: who logs out gets 4401
def websockets(scope, receive, send):
    return route(scope, receive, send)  # 9: the address decides


async def application(scope, receive, send):
    if scope["type"] == "http":
        await django_application(scope, receive, send)
    elif scope["type"] == "websocket":
        await websockets(scope, receive, send)
    elif scope["type"] == "lifespan":
        await lifespan_application(scope, receive, send)
    else:
        raise NotImplementedError(f"Unknown scope type {scope['type']}")
