"""The course's settings, with daphne and Channels added as their documentation says."""

from websocket_app.settings import *  # noqa: F403
from websocket_app.settings import INSTALLED_APPS

INSTALLED_APPS = ["daphne", "channels", *INSTALLED_APPS]
ASGI_APPLICATION = "benchmarks.peers.channels_project.asgi.application"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
