"""What is served in the place of a project that cannot be imported or does not start: the reason."""

from ..record.recorder import Recorder


def explain(error: BaseException, recorder: Recorder) -> dict:
    """Return an exception as plain values: its name, its message and the project's own lines, outermost first."""
    lines, trace = [], error.__traceback__
    while trace is not None:
        if recorder.mine(trace.tb_frame.f_code.co_filename):
            lines.append(recorder.where(trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    message = str(error)
    if isinstance(error, SyntaxError) and error.filename and recorder.mine(error.filename):
        lines.append(recorder.where(error.filename, error.lineno or 1))
        message = error.msg
    name = getattr(error, "event", type(error).__name__)  # an application that says itself why it does not start
    return {"name": name, "message": message, "lines": lines}


def broken(error: dict):
    """Return an application that says to everyone why the project's own cannot run."""
    place = "".join(f"\n{line['path']}, line {line['line']}:\n    {line['code']}" for line in error["lines"][-1:])
    body = f"This project cannot run.\n{error['name']}: {error['message']}{place}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]

    async def application(scope, receive, send):
        if scope["type"] == "lifespan":
            raise NotImplementedError
        prefix = "websocket.http" if scope["type"] == "websocket" else "http"
        await send({"type": f"{prefix}.response.start", "status": 503, "headers": headers})
        await send({"type": f"{prefix}.response.body", "body": body})

    return application
