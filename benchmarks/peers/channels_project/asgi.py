"""What daphne and uvicorn serve.

Neither AuthMiddlewareStack nor AllowedHostsOriginValidator: no other peer has them in this test.
"""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.channels_project.settings"  # whatever yours is
django_application = get_asgi_application()

from benchmarks.peers.channels_project.consumers import Ping, Room  # noqa: E402  (Django has to be set up before)

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": URLRouter([path("", Ping.as_asgi()), path("room/<slug:name>", Room.as_asgi())]),
    }
)
