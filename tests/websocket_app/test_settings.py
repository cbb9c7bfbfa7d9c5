"""Production is chosen in one place, and nothing insecure is a default there."""

import pytest
from serving import PRODUCTION


def setting(site, name, **environment):
    code = f"from django.conf import settings; print(repr(settings.{name}))"
    return site.manage("shell", "--verbosity", "0", "-c", code, **environment)


def test_check_deploy_has_nothing_to_say(project):
    done = project.manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_production_needs_a_secret_key(site):
    without = PRODUCTION | {"DJANGO_SECRET_KEY": ""}
    done = site.manage("check", **without)
    assert done.returncode != 0
    assert "Set DJANGO_SECRET_KEY" in done.stderr


@pytest.mark.parametrize("debug", ["false", "False", "0", "no", "ture"])
def test_debug_is_on_only_when_it_says_so(project, debug):
    environment = PRODUCTION | {"DJANGO_DEBUG": debug}
    assert setting(project, "DEBUG", **environment).stdout.strip() == "False"


def test_the_page_may_be_framed_only_while_debugging(running, developing_server):
    from urllib.request import ProxyHandler, Request, build_opener

    opener = build_opener(ProxyHandler({}))
    for server, frame in ((running, "DENY"), (developing_server, None)):
        for path in ("/", "/login/"):
            request = Request(server.http + path, headers={"X-Forwarded-Proto": "https"})
            with opener.open(request, timeout=5) as answer:
                assert answer.headers["X-Frame-Options"] == frame


def test_a_key_is_made_once_and_leaves_no_draft(site):
    (site.folder / ".secret_key").unlink(missing_ok=True)
    first = setting(site, "SECRET_KEY").stdout
    assert len(first) > 50 and first == setting(site, "SECRET_KEY").stdout
    assert [file.name for file in site.folder.glob(".secret_key*")] == [".secret_key"]
