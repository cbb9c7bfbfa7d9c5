"""Which handler answers at which address, with Django's own path()."""

from django.urls import Resolver404, URLResolver
from django.urls.resolvers import RegexPattern

from websocket_app.refuse import refusal

not_found = refusal(404, "No WebSocket lives at this address.")


def routes(*patterns):
    # Django reads its urls.py with this same resolver. Ours knows the routes
    # for WebSockets alone, so no WebSocket ever reaches an HTTP view.
    resolver = URLResolver(RegexPattern(r"^/"), patterns)

    async def route(scope, receive, send):
        # Behind a proxy the project may live below a path of its own.
        path = scope["path"].removeprefix(scope.get("root_path", ""))

        try:
            match = resolver.resolve(path)
        except Resolver404:
            await not_found(scope, receive, send)
        else:
            # What path("echo/<int:limit>", ...) captured comes by name.
            await match.func(scope, receive, send, **match.kwargs)

    return route
