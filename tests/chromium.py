"""The browser for the tests that need one."""

import os
import shutil

import pytest

PROGRAMS = "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"
MISSING = (
    "No Chromium or Chrome is on this machine, and the browser tests need one. Install it with "
    "apt-get install chromium, or with python -m playwright install chromium."
)


def executable(playwright) -> str:
    """Return the system's browser, else Playwright's own; skip the test where there is none, and fail it in CI."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None) or playwright.chromium.executable_path
    if os.path.exists(found):
        return found
    if os.environ.get("CI"):
        pytest.fail(MISSING, pytrace=False)
    pytest.skip(MISSING)
