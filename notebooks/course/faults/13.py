"""A mistake in sessions.py of lesson 13, and what a right one does."""

import runpy
from pathlib import Path

from tutorial.check import Came, faults

visitor = runpy.run_path(str(Path(__file__).parents[1] / "exercises" / "11.py"))["visitor"]
TABLES, NO_TABLES = (
    Came("has tables"),
    Came("has no tables: %run manage.py migrate"),
)


async def right(visit):
    from django.db import OperationalError

    try:
        async with visitor("grace") as (_, cookie):
            for who, headers in (
                ("a stranger", {}),
                ("grace", {"Cookie": cookie}),
            ):
                client = await visit.connect("/", who, additional_headers=headers)
                await client.send("ping", "pong!")
                await client.leave()
    except OperationalError:
        visit.step("the database", TABLES, NO_TABLES)


ALL = faults(
    13,
    "websocket_app/sessions.py",
    right,
    (
        35,
        "silent.py",
        "Who is logged in is accepted and gets no answer; a stranger gets one.",
        "Send ping without a cookie, then with the cookie of somebody who is logged in.",
        "The application sends, and no frame reaches the client: compare the two clients.",
        "Which events does send_until_then pass on?",
    ),
)
