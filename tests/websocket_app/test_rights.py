"""Lesson 18, going further: who may read and write in a room of the staff, by Django's permissions."""

import urllib.error

import pytest
from serving import Visitor
from test_chat import Speaker
from test_history import lobby
from test_rooms import hear_line as hear
from websockets.exceptions import ConnectionClosed

GIVE = """
from django.contrib.auth.models import Permission, User
User.objects.get(username="ada").user_permissions.set(Permission.objects.filter(codename__in={codenames!r}))
"""
VIEW, ADD = "view_message", "add_message"


@pytest.fixture
def ada(site, request):
    """Ada with these permissions, logged in, at the page of the room `staff`."""
    done = site.manage("shell", "--no-imports", "-c", GIVE.format(codenames=request.param))
    assert done.returncode == 0, done.stderr
    with site.serve() as server:
        yield Speaker(server, "/room/staff").log_in("ada")


def close_code(visitor, room="/room/staff", **headers):
    with visitor.server.connect(room, additional_headers=headers) as ws, pytest.raises(ConnectionClosed) as closed:
        ws.recv(timeout=5)
    return closed.value.rcvd.code


@pytest.mark.parametrize("room", ["staff", "staff-7"])
def test_who_is_not_logged_in_gets_4401(developing, room):
    assert close_code(Visitor(developing), f"/room/{room}") == 4401


@pytest.mark.parametrize("room", ["staffroom", "my-staff"])
def test_other_rooms_are_open(developing, room):
    with developing.connect(f"/room/{room}?after=999999999") as ws:
        ws.send("hello")
        assert hear(ws).endswith(" nobody: hello")


@pytest.mark.parametrize("ada", [[]], indirect=True)
def test_who_may_neither_read_nor_write_gets_4403(ada):
    assert close_code(ada, **ada.cookie_header()) == 4403
    with pytest.raises(urllib.error.HTTPError, match="403"):
        ada.say("hello")


@pytest.mark.parametrize("ada", [[VIEW]], indirect=True)
def test_who_may_read_only_hears_and_is_told_and_nothing_is_kept(ada, site):
    with ada.server.connect("/room/staff", additional_headers=ada.cookie_header()) as ws:
        ws.send("hello")
        assert hear(ws) == "(You may not write here.)"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            ada.say("hello")
    assert site.sql("SELECT * FROM websocket_app_message") == []


@pytest.mark.parametrize("ada", [[ADD]], indirect=True)
def test_who_may_write_only_posts_and_does_not_read(ada, site):
    ada.say("to the staff")
    assert close_code(ada, **ada.cookie_header()) == 4403
    assert site.sql("SELECT text FROM websocket_app_message") == [("to the staff",)]


@pytest.mark.parametrize("ada", [[VIEW, ADD]], indirect=True)
def test_who_may_both_does_both(ada):
    room = lobby().replace("lobby", "staff")
    with ada.server.connect(room, additional_headers=ada.cookie_header()) as ws:
        ws.send("hello")
        assert hear(ws).endswith(" ada: hello")
        ada.page = room.replace("/room/", "/chat/") + "/"
        ada.say("from a view")
        assert hear(ws).endswith(" ada: from a view")
