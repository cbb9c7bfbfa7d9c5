"""uvicorn's options, as server.start() takes them."""

import json

from ..disk.project import TutorialError

OURS = {"app", "fd", "host", "port", "reload", "uds", "workers"}  # what the course decides


def check(options: dict) -> None:
    """Raise TutorialError for an option that the course decides, or that another process cannot get."""
    for name, value in options.items():
        if name in OURS:
            raise TutorialError(
                f"server.start() takes no {name}: the course has the server at an address of its own, in one "
                "process that every save replaces. Leave it out, or try it in a terminal: "
                f"uvicorn --help explains --{name}."
            )
        try:
            json.dumps(value)
        except (TypeError, ValueError):
            raise TutorialError(
                f"server.start({name}=…) takes text, a number, True, False or None, and lists of these, because "
                f"it goes to another process. {type(value).__name__} is none of them."
            ) from None


def command(port: int | None, options: dict) -> str:
    """Return the command line that starts the same server in a terminal."""
    words = ["uvicorn", "websocket_app.asgi:application"]
    if port not in (None, 8000):
        words += ["--port", str(port)]
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}", str(value).lower() if isinstance(value, bool) else str(value)]
    return " ".join(words)
