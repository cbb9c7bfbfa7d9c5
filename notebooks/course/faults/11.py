"""Mistakes in users.py of lesson 11, and what a right one does."""

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
        async with (
            visitor("grace") as (grace, first),
            visitor("ada") as (ada, second),
        ):
            for who, cookie in (
                (grace, first),
                (ada, second),
                ("nobody", ""),
            ):
                headers = {"Cookie": cookie} if cookie else {}
                client = await visit.connect("/me", who.partition("-")[0], additional_headers=headers)
                await client.expect(who)
                await client.leave()
    except OperationalError:
        visit.step("the database", TABLES, NO_TABLES)


ALL = faults(
    11,
    "websocket_app/users.py",
    right,
    (
        31,
        "first_user_for_all.py",
        "Every visitor, a stranger too, is greeted as the first one who came.",
        "One visitor sees nothing wrong. Ask /me as ada, then without a cookie.",
        "The timelines look alike. Compare the text of websocket.send with the cookie that came.",
        "A variable outside the function is shared by all visitors. What does this one hold?",
    ),
    (
        32,
        "wrong_cookie.py",
        "With a good cookie, /me still says nobody.",
        "Ask /me with the cookie of somebody who is logged in.",
        "The cookie is in the scope's headers; what does the application make of it?",
        "Which name has the cookie that users.py looks for, and which has Django's?",
    ),
)
