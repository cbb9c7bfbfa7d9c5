"""The handshake as Django sees it, for it began as an HTTP request."""

from io import BytesIO

from django.core.handlers.asgi import ASGIRequest

# All that Django needs to judge host, origin and session. A stranger cannot
# trip it with a header that nobody reads here.
HEADERS = {b"host", b"origin", b"cookie", b"x-forwarded-host"}


def handshake_request(scope):
    """Give Django's request object for a WebSocket's `scope`."""
    headers = [header for header in scope["headers"] if header[0] in HEADERS]
    http_scope = {
        **scope,
        "type": "http",
        "method": "GET",
        "scheme": "https" if scope["scheme"] == "wss" else "http",
        "headers": headers,
        "query_string": b"",
    }
    return ASGIRequest(http_scope, BytesIO())
