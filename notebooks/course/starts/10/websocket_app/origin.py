"""Whose page is calling? Any site may open a WebSocket to any other."""

from django.conf import settings
from django.core.exceptions import DisallowedHost

from websocket_app.handshake import handshake_request
from websocket_app.refuse import refusal

bad_host = refusal(400, "This is not the host you are looking for.")
bad_origin = refusal(403, "Pages of another site may not connect here.")


def check_origin(application):
    async def check(scope, receive, send):
        request = handshake_request(scope)
        origin = request.headers.get("Origin")

        try:
            # Django compares with ALLOWED_HOSTS. Without a Host header it
            # would guess one, so that is for us to refuse.
            host = request.get_host() if "Host" in request.headers else None
        except DisallowedHost:
            host = None

        if host is None:
            await bad_host(scope, receive, send)
        elif origin is not None and not is_ours(origin, host, request):
            await bad_origin(scope, receive, send)
        else:
            # No Origin: a program, not a page. A browser always sends one and
            # no script can stop it. A program has only the cookies that its
            # user gave it, so nobody is tricked. This holds as long as being
            # on your network, or having your address, proves nothing here.
            await application(scope, receive, send)

    return check


def is_ours(origin, host, request):
    # Scheme, host and port must all agree, so compare the whole text. Two
    # Origin headers arrive joined by a comma and equal nothing.
    scheme = "https" if request.is_secure() else "http"
    return origin in [f"{scheme}://{host}", *settings.CSRF_TRUSTED_ORIGINS]
