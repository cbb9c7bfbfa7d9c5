"""The servers that the tests share; every one is stopped, whatever happens."""

import shutil

import pytest
from chromium import executable
from copies import FINISHED
from serving import PASSWORD, PRODUCTION, Site


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The project with a database and the users ada and grace. Copy it before you change it."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(
        FINISHED / "websocket_app",
        folder / "websocket_app",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(FINISHED / "manage.py", folder)
    with (folder / "websocket_app/settings.py").open("a") as settings:
        # A password costs seconds on a slow core, as it should. Nothing here is about how long.
        settings.write('\nPASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]\n')
    site = Site(folder)
    for command in (
        ["migrate", "--verbosity", "0"],
        [
            "shell",
            "-c",
            "from django.contrib.auth.models import User\n"
            f"for name in 'ada', 'grace': User.objects.create_user(name, password={PASSWORD!r})",
        ],
    ):
        done = site.manage(*command)
        assert done.returncode == 0, done.stderr
    return site


@pytest.fixture
def site(project, tmp_path):
    """A copy of the project for one test to change."""
    return project.copy_to(tmp_path / "site")


@pytest.fixture(scope="session")
def running(project, tmp_path_factory):
    """One server with production settings, for every test that does it no lasting harm."""
    site = project.copy_to(tmp_path_factory.mktemp("production") / "site")
    # The limits have servers of their own in test_limits.py.
    with site.serve(
        **PRODUCTION, WEBSOCKET_MESSAGES_PER_SECOND="1000000", WEBSOCKET_CONNECTIONS_EACH="10000"
    ) as server:
        yield server


@pytest.fixture
def server(running):
    """The server with production settings; it must be well after the test."""
    yield running
    running.assert_well()


@pytest.fixture(scope="session")
def developing_site(project, tmp_path_factory):
    return project.copy_to(tmp_path_factory.mktemp("development") / "site")


@pytest.fixture(scope="session")
def developing_server(developing_site):
    with developing_site.serve() as server:
        yield server


@pytest.fixture
def developing(developing_server):
    """The server as a learner starts it, with DEBUG on; it must be well after the test."""
    yield developing_server
    developing_server.assert_well()


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=executable(p), args=["--no-sandbox"])
        yield browser
        browser.close()
