"""Lesson 18: a view reaches every browser, joining and coming back miss nothing, and the page says what is true."""

import re
import threading
import urllib.error
from contextlib import ExitStack

import pytest
from serving import Visitor
from test_history import FAST, lobby
from test_rooms import hear_line as hear


class Speaker(Visitor):
    """Somebody at the page of a room."""

    def __init__(self, server, room):
        super().__init__(server)
        self.page = room.replace("/room/", "/chat/") + "/"
        self.get(self.page)

    def say(self, text):
        return int(re.search(r'"id": (\d+)', self.post(f"{self.page}say/", text=text))[1])


def test_a_post_reaches_everybody_in_the_room(developing):
    room = lobby()
    with developing.connect(room) as ada, developing.connect(room) as grace, developing.connect(lobby()) as alan:
        number = Speaker(developing, room).say("hello 🙂")
        for ws in ada, grace:
            assert hear(ws) == f"{number} nobody: hello 🙂"
        ada.send("from a socket")
        for ws in ada, grace:
            assert hear(ws).endswith(" nobody: from a socket")
        with pytest.raises(TimeoutError):
            alan.recv(timeout=0.3)


def test_the_post_has_the_name_of_who_is_logged_in(developing):
    room = lobby()
    speaker = Speaker(developing, room).log_in("ada")
    with developing.connect(room) as ws:
        speaker.say("it is me")
        assert hear(ws).endswith(" ada: it is me")


@pytest.mark.parametrize("text", ["", "x" * 2001])
def test_what_is_empty_or_too_long_is_refused_and_stored_nowhere(developing, text):
    room = lobby()
    speaker = Speaker(developing, room)
    with pytest.raises(urllib.error.HTTPError, match="400"):
        speaker.say(text)
    with developing.connect(room) as ws:
        number = speaker.say("the first")
        assert hear(ws) == f"{number} nobody: the first"


@pytest.mark.parametrize("token", ["", "x" * 64])
def test_a_post_without_a_token_or_with_a_stale_one_is_refused(developing, token):
    speaker = Speaker(developing, lobby())
    speaker.cookies = lambda: {"csrftoken": token}
    with pytest.raises(urllib.error.HTTPError, match="403"):
        speaker.say("hello")


def test_who_comes_back_hears_what_was_missed_and_nothing_twice(developing):
    room = lobby()
    speaker = Speaker(developing, room)
    numbers = [speaker.say(str(number)) for number in range(30)]
    with developing.connect(f"{room}?after={numbers[4]}") as ws:
        assert [hear(ws) for _ in range(25)] == [f"{numbers[n]} nobody: {n}" for n in range(5, 30)]
        number = speaker.say("and now")
        assert hear(ws) == f"{number} nobody: and now"
    with developing.connect(f"{room}?after={numbers[-1] + 1000}") as ws:  # from the future
        assert ws.recv(timeout=10).startswith("Here: ")  # it is in the room: of what came before, it wants nothing
        number = speaker.say("later")
        assert hear(ws) == f"{number} nobody: later"


def test_who_has_missed_very_much_is_told_so(site):
    room = lobby()
    with site.serve(**FAST) as server:
        with server.connect(room) as talker:
            for number in range(510):
                talker.send(str(number))
                hear(talker)
        with server.connect(f"{room}?after=1") as ws:
            assert hear(ws) == "(More is new. These are the last 500.)"
            assert [hear(ws).rpartition(" ")[2] for _ in range(500)] == [str(number) for number in range(10, 510)]


@pytest.mark.parametrize("after", ["", "x", "-1", "1.5", "٣", "%00"])
def test_an_after_that_is_no_number_is_the_last_twenty(developing, after):
    room = lobby()
    speaker = Speaker(developing, room)
    numbers = [speaker.say(str(number)) for number in range(25)]
    with developing.connect(f"{room}?after={after}") as ws:
        assert [hear(ws) for _ in range(20)] == [f"{numbers[n]} nobody: {n}" for n in range(5, 25)]


def test_a_very_large_after_harms_nobody(developing):
    with developing.connect(f"{lobby()}?after={'9' * 5000}") as ws:
        ws.send("hello")
        assert hear(ws).endswith(" nobody: hello")


def test_many_join_while_many_messages_pass_with_no_gap_and_nothing_double(site):
    """Each joiner hears an unbroken run of numbers, from the twenty before it came on; some stay to the end."""
    room, joins, messages = lobby(), 200, 600  # `python -m benchmarks rooms` has 1,000 and 3,000.
    with site.serve(**FAST) as server, server.connect(room) as talker:
        broken, turns, last = [], iter(range(joins)), messages + joins

        def number_of(text):
            return int(text.rpartition(" ")[2])

        def join(stays):
            for _ in turns:
                with server.connect(room) as ws:
                    heard = [number_of(hear(ws)) for _ in range(25)]
                    while stays and heard[-1] < last:
                        heard.append(number_of(hear(ws)))
                if heard != list(range(heard[0], heard[-1] + 1)):
                    broken.append(heard)

        joiners = [threading.Thread(target=join, args=(number < 3,)) for number in range(8)]
        said = 0
        while said < messages or any(joiner.is_alive() for joiner in joiners[3:]):
            talker.send(str(said))
            assert number_of(hear(talker)) == said
            said += 1
            if said == 30:
                for joiner in joiners:
                    joiner.start()
        last = said
        talker.send(str(said))
        for joiner in joiners:
            joiner.join(20)
        assert broken == [] and not any(joiner.is_alive() for joiner in joiners)
        server.assert_well()


def test_many_new_messages_at_once_close_nobody_who_reads(developing_site, developing):
    room = lobby()
    speaker = Speaker(developing, room)
    with developing.connect(room) as ada, developing.connect(room) as grace:
        first = speaker.say("before")
        for ws in ada, grace:
            assert hear(ws) == f"{first} nobody: before"
        insert = "INSERT INTO websocket_app_message (room, who, text, at) VALUES (?, 'alan', ?, '2026-01-01')"
        for number in range(100):  # Another program stores, and rings no bell.
            developing_site.sql(insert, room[6:], str(number))
        speaker.say("after")
        for ws in ada, grace:
            assert [hear(ws).partition(" ")[2] for _ in range(101)] == [
                *(f"alan: {number}" for number in range(100)),
                "nobody: after",
            ]


def test_many_who_speak_at_once_close_nobody_who_reads(site):
    room, talkers = lobby(), 40
    with site.serve(**FAST) as server, server.connect(room) as listener, ExitStack() as stack:
        sockets = [stack.enter_context(server.connect(room, max_queue=None)) for _ in range(talkers)]
        for number, ws in enumerate(sockets):
            ws.send("I am in")
            for _ in range(number + 1):
                hear(ws)
            hear(listener)
        for number in range(5):
            for ws in sockets:
                ws.send(str(number))
        for _ in range(5 * talkers):
            hear(listener)
        server.assert_well()
