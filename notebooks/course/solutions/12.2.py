from websocket_app.refuse import refusal

bad_origin = refusal(403, "Pages of another site may not connect here.")


def check_origin(application):
    def check(scope, receive, send):
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")

        scheme, _, host = origin.partition("://")
        if scheme == "https" and host.endswith(".friend.example"):
            return application(scope, receive, send)
        return bad_origin(scope, receive, send)

    return check
