from websocket_app.refuse import refusal

bad_origin = refusal(403, "Pages of another site may not connect here.")


def check_origin(application):
    def check(scope, receive, send):
        headers = dict(scope["headers"])
        host = headers[b"host"].decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")

        if not origin or origin in [f"http://{host}", f"https://{host}"]:
            return application(scope, receive, send)
        return bad_origin(scope, receive, send)

    return check
