"""Whose page is calling? Any site may open a WebSocket here. Lesson 12."""

import re
from io import BytesIO

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.utils.http import is_same_domain

from websocket_app.refuse import refusal

bad_host = refusal(400, "This is not the host you are looking for.")
bad_origin = refusal(403, "Pages of another site may not connect here.")
no_tls = refusal(403, "Not without TLS: connect to wss:// instead.")
# Django need not see these.
UNREAD = (b"accept", b"connection", b"cookie", b"sec-", b"upgrade")


def check_origin(application):
    # A plain function: what it looks at is gone when the connection lives.
    def check(scope, receive, send):
        request = handshake_request(scope)
        origin = request.META.get("HTTP_ORIGIN")
        try:
            host = request.get_host()  # Django asks ALLOWED_HOSTS.
        except DisallowedHost:
            return bad_host(scope, receive, send)

        # Django sends http:// on to https://. A WebSocket cannot be sent on.
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return no_tls(scope, receive, send)
        # No Origin: a program. A page cannot leave it out.
        if origin is not None and not is_ours(origin, request.scheme, host):
            return bad_origin(scope, receive, send)
        return application(scope, receive, send)

    return check


def is_ours(origin, scheme, host):
    # Scheme, host and port must all agree, so compare the whole text.
    if origin == f"{scheme}://{host}":
        return True
    page = re.fullmatch(r"(https?)://([^/?#@\\]+)", origin)
    for trusted in settings.CSRF_TRUSTED_ORIGINS if page else []:
        scheme, _, pattern = trusted.partition("://")
        # https://*.example.org, as Django understands it.
        if page[1] == scheme and is_same_domain(page[2], pattern.lstrip("*")):
            return True
    return False


def handshake_request(scope):
    """Give Django's request for a handshake, which began as HTTP."""
    scheme = scope.get("scheme", "ws").replace("ws", "http")
    headers = [h for h in scope["headers"] if not h[0].startswith(UNREAD)]
    http = dict(method="GET", path="/", scheme=scheme, headers=headers)
    request = ASGIRequest(http, BytesIO())
    # Django would guess a host where there is none.
    request.META.setdefault("HTTP_HOST", "")
    return request
