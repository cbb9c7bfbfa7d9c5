"""The life of the whole server, from start-up to shutdown. Lessons 8, 19."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from websocket_app.chat import begin
from websocket_app.rooms import tell


async def lifespan_application(scope, receive, send):
    while True:
        event = await receive()

        if event["type"] == "lifespan.startup":
            try:
                start(scope.get("state", {}))
            except Exception as error:
                # Not caught, the server would take it for "lifespan appears
                # unsupported" and start all the same.
                failed = {
                    "type": "lifespan.startup.failed",
                    "message": str(error),
                }
                await send(failed)
                break
            await send({"type": "lifespan.startup.complete"})

        if event["type"] == "lifespan.shutdown":
            # Nothing to put away yet. Every client has got its 1012 by now.
            await send({"type": "lifespan.shutdown.complete"})
            break


def start(state):
    """Fill `state`. Each connection gets a copy of it as scope["state"]."""
    if not settings.DEBUG and not settings.ALLOWED_HOSTS:
        raise ImproperlyConfigured(
            "DEBUG is off and ALLOWED_HOSTS is empty, so every visitor would "
            "be refused. Set DJANGO_ALLOWED_HOSTS to the names of your site."
        )

    # The copy is shallow: a number would stay alone in each connection, but
    # this set is the same one for all clients of this process.
    state["connections"] = set()
    begin(tell)
