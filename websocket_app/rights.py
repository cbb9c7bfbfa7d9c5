"""Who may read and who may write in a room of the staff. Lesson 18."""

from functools import wraps

from django.http import HttpResponseForbidden

NO = "(You may not write here.)"


def needed(room, what):
    """Return the permissions of Django's that a room asks for."""
    staff = room.split("-")[0] == "staff"
    return [f"websocket_app.{what}_message"] if staff else []


def for_members(room_application):
    async def application(scope, receive, send, name):
        user = scope["user"]

        async def receive_what_may_be_said():
            while (event := await receive())["type"] == "websocket.receive":
                if await user.ahas_perms(needed(name, "add")):
                    break
                await send({"type": "websocket.send", "text": NO})
            return event

        if await user.ahas_perms(needed(name, "view")):
            receiving = receive_what_may_be_said
            return await room_application(scope, receiving, send, name)
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        code = 4401 if user.is_anonymous else 4403
        await send({"type": "websocket.close", "code": code})

    return application


def for_writers(view):
    @wraps(view)
    def checked(request, name):
        if request.user.has_perms(needed(name, "add")):
            return view(request, name)
        return HttpResponseForbidden(NO, content_type="text/plain")

    return checked
