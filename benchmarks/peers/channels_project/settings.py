"""The course's settings, with daphne and Channels added as their documentation says."""

import os

from websocket_app.settings import *  # noqa: F403
from websocket_app.settings import INSTALLED_APPS

INSTALLED_APPS = ["daphne", "channels", *INSTALLED_APPS]
ASGI_APPLICATION = "benchmarks.peers.channels_project.asgi.application"
CHANNEL_LAYERS = {"default": {"BACKEND": os.environ.get("LAYER", "channels.layers.InMemoryChannelLayer")}}
if url := os.environ.get("REDIS_URL"):
    CHANNEL_LAYERS["default"]["CONFIG"] = {"hosts": [url]}
