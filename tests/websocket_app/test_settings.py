"""Production is chosen in one place, and nothing insecure is a default there."""

import sys

import pytest
from copies import ORIGINAL
from serving import PRODUCTION, Visitor


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


# What os.link says where a file system has no hard links; no such one can be mounted here.
NO_LINKS = """
import os

def link(*names):
    raise PermissionError(1, "Operation not permitted")

os.link = link
"""


def test_a_key_is_kept_where_there_are_no_hard_links(site):
    (site.folder / ".secret_key").unlink(missing_ok=True)
    (site.folder / "manage.py").write_text(NO_LINKS + (site.folder / "manage.py").read_text())
    first = setting(site, "SECRET_KEY").stdout
    assert len(first) > 50 and first == setting(site, "SECRET_KEY").stdout
    assert [file.name for file in site.folder.glob(".secret_key*")] == [".secret_key"]
    assert (site.folder / ".secret_key").stat().st_mode & 0o077 == 0 or sys.platform == "win32"


def test_a_key_that_cannot_be_read_is_not_replaced_by_another(site):
    (site.folder / ".secret_key").unlink(missing_ok=True)
    (site.folder / ".secret_key").mkdir()
    done = setting(site, "SECRET_KEY")
    assert done.returncode != 0 and ".secret_key" in done.stderr


def test_git_ignores_the_key_and_its_drafts():
    ignored = (ORIGINAL / ".gitignore").read_text().splitlines()
    assert ".secret_key" in ignored and ".secret_key_*" in ignored


def test_the_admin_has_its_styles_while_developing_and_collectstatic_gives_them_to_a_proxy(developing, site):
    assert "body" in Visitor(developing).get("/static/admin/css/base.css")
    done = site.manage("collectstatic", "--noinput", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert (site.folder / "staticfiles/admin/css/base.css").exists()
