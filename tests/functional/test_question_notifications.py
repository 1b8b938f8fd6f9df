"""The oldest open question is shown on the user's desktop, and answered there; whatever the desktop does, nothing hangs."""
import contextlib
import json
import os
import pathlib
import queue
import socket
import subprocess
import threading

import pytest

from support import wait
from support.children import die_with_parent
from support.desktop import Desktop
from support.latchkey import BINARY

TOOL = pathlib.Path(BINARY).with_name("show_questions")
PAGE = "http://127.0.0.1:9/"
JANE = ["jane", "Jane <jane@x.example>", "1234"]
WORK = ["work", "Jane at work", "5678"]
NOBODY = ["none", "Nobody", ""]


def question(number, choices=(JANE, NOBODY), **parts):
    return {"id": number, "party": f"p{number}.example:443", "text": f"Which identity {number}?", "choices": choices} | parts


class Asker:
    """Latchkey's notifier, without the rest (tests/tools/show_questions.cc)."""

    def __init__(self, environment):
        self._process = subprocess.Popen([TOOL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                         env=environment, preexec_fn=die_with_parent)
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(json.loads(line))

    def open(self, *questions):
        """These are open now; fails if the program hangs."""
        print(json.dumps(questions), file=self._process.stdin, flush=True)
        assert self._lines.get(timeout=5) == {"open": len(questions)}

    def answered(self):
        """The next answer: the question's id, and the choice's."""
        return tuple(self._lines.get(timeout=5)["answered"])

    def end(self):
        """Ends it as it should end; what it has logged."""
        self._process.stdin.close()
        log = self._process.stderr.read()
        assert self._process.wait(10) == 0, log
        self._reader.join()
        for stream in (self._process.stdout, self._process.stderr):
            stream.close()
        return log


@contextlib.contextmanager
def asker(environment):
    made = Asker(os.environ | environment)
    ended = []
    made.end_early = lambda: ended.append(made.end()) or ended[0]
    yield made
    if not ended:
        made.end()


@pytest.fixture
def desktop(home):
    with Desktop(home / "desktop") as made:
        yield made


def test_the_oldest_question_is_shown_with_its_choices_and_a_button_answers_it(desktop):
    with desktop.server() as server, asker(desktop.environment) as asking:
        asking.open(question(1), question(2, [WORK, NOBODY]))
        number, shown = server.only("Which identity 1?")
        assert shown["actions"] == ["answer-jane", "Jane <jane@x.example>", "answer-none", "Nobody"]
        assert shown["body"] == f"Asked for a connection to p1.example:443.\nAnswer here or on {PAGE}"
        assert (shown["expires"], shown["hints"]) == (0, {"urgency": 1})
        server.press(number, "answer-none")
        assert asking.answered() == (1, "none")
        number, shown = server.only("Which identity 2?")
        server.press(number, "answer-work")
        assert asking.answered() == (2, "work")
        wait.until(lambda: not server.shown(), "nothing is shown when nothing is asked")


def test_a_question_that_is_not_open_any_more_is_taken_away(desktop):
    with desktop.server() as server, asker(desktop.environment) as asking:
        asking.open(question(1), question(2))
        server.only("Which identity 1?")
        asking.open(question(2))
        server.only("Which identity 2?")
        asking.open()
        wait.until(lambda: not server.shown(), "it is taken away")
        assert server.calls().count("Notify") == 2


def test_what_is_shown_is_withdrawn_when_the_program_ends(desktop):
    with desktop.server() as server, asker(desktop.environment) as asking:
        asking.open(question(1))
        server.only()
        asking.end_early()
        wait.until(lambda: not server.shown(), "it is taken away")


def test_a_question_that_changes_is_shown_in_its_own_place(desktop):
    with desktop.server() as server, asker(desktop.environment) as asking:
        asking.open(question(1))
        number, _ = server.only("Which identity 1?")
        asking.open(question(1))
        asking.open(question(1, text="Which one now?"))
        assert server.only("Which one now?")[0] == number
        assert server.calls().count("Notify") == 2


def test_more_choices_than_a_desktop_shows_are_left_to_the_status_page(desktop):
    with desktop.server() as server, asker(desktop.environment) as asking:
        asking.open(question(1, [JANE, WORK, NOBODY, ["more", "More", ""]]))
        _, shown = server.only()
        assert shown["actions"] == []
        assert shown["body"].endswith(f"\nAnswer on {PAGE}")


@pytest.mark.parametrize("capabilities, party", [(["body"], "a<b>&amp.example:443"), (["body", "body-markup"], "a&lt;b&gt;&amp;amp.example:443")])
def test_a_desktop_without_buttons_says_where_to_answer_and_reads_no_markup_of_ours(desktop, capabilities, party):
    with desktop.server(capabilities) as server, asker(desktop.environment) as asking:
        asking.open(question(1, party="a<b>&amp.example:443"))
        _, shown = server.only()
        assert shown["actions"] == []
        assert shown["body"] == f"Asked for a connection to {party}.\nAnswer on {PAGE}"


def test_a_button_press_that_somebody_else_tells_of_is_none(desktop):
    with desktop.server() as server, asker(desktop.environment) as asking:
        asking.open(question(1))
        number, shown = server.only()
        server.forge("NotificationClosed", number, 2, shown["from"])
        server.forge("ActionInvoked", number, "answer-jane", shown["from"])
        server.press(number, "answer-work")  # not one of its choices
        server.press(number, "default")
        server.press(number + 1, "answer-jane")  # not ours
        server.press(number, "answer-none")
        assert asking.answered() == (1, "none")


def test_what_the_user_closes_is_not_shown_again_and_the_next_question_is(desktop):
    with desktop.server() as server, asker(desktop.environment) as asking:
        asking.open(question(1), question(2))
        number, _ = server.only()
        server.dismiss(number)
        asking.open(question(1), question(2))
        server.press(number, "answer-jane")
        asking.open(question(2))
        number, _ = server.only("Which identity 2?")
        server.press(number, "answer-jane")
        assert asking.answered() == (2, "jane")
        assert server.calls().count("Notify") == 2


def test_a_question_is_shown_when_the_desktop_comes_later_and_again_when_it_begins_anew(desktop):
    with asker(desktop.environment) as asking:
        asking.open(question(1))
        for _ in range(2):
            with desktop.server() as server:
                server.only("Which identity 1?")
        with desktop.server() as server:
            number, _ = server.only("Which identity 1?")
            server.press(number, "answer-jane")
            assert asking.answered() == (1, "jane")


def test_a_desktop_that_dies_with_every_notification_is_not_followed_for_ever(desktop):
    with asker(desktop.environment) as asking:
        asking.open(question(1))
        for _ in range(3):
            with desktop.server() as server:
                server.only("Which identity 1?")
        with desktop.server() as server:
            wait.until(lambda: "GetCapabilities" in server.calls(), "it was looked at")
            asking.open(question(2))
            server.only("Which identity 2?")
            assert server.calls().count("Notify") == 1


@pytest.mark.parametrize("method", ["GetCapabilities", "Notify"])
def test_a_desktop_that_hangs_holds_nothing_up_and_shows_only_what_is_open_when_it_goes_on(desktop, method):
    with desktop.server(hangs=method) as server, asker(desktop.environment) as asking:
        for number in range(1, 30):
            asking.open(question(number))
        wait.until(lambda: method in server.calls(), "it was asked")
        asking.open(question(40))
        server.release()
        server.only("Which identity 40?")
        asking.open(question(41))
        number, _ = server.only("Which identity 41?")
        server.press(number, "answer-jane")
        assert asking.answered() == (41, "jane")
        assert server.calls().count("Notify") <= 3


def test_without_a_session_bus_and_after_its_end_all_goes_on(desktop):
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={desktop.folder}/nobody"}
    with asker(nowhere) as asking:
        asking.open(question(1))
        assert "no session bus" in asking.end_early()
    with desktop.server() as server, asker(desktop.environment) as asking:
        asking.open(question(1))
        server.only()
        desktop.end()
        asking.open(question(2))
        asking.open()
        asking.open(question(3))


def test_a_bus_that_says_nothing_holds_nothing_up(home):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(home / "silent"))
        silent.listen()
        with asker({"DBUS_SESSION_BUS_ADDRESS": f"unix:path={home}/silent"}) as asking:
            asking.open(question(1))
            connection, _ = silent.accept()
            asking.open(question(2))
            connection.close()
            asking.open(question(3))


@pytest.mark.parametrize("address", ["tcp:host=localhost,port=1", "unixexec:path=/bin/true", "unix:path=/nowhere;unixexec:path=/bin/true"])
def test_a_bus_that_is_no_unix_socket_is_not_used(address):
    with asker({"DBUS_SESSION_BUS_ADDRESS": address}) as asking:
        assert "no session bus" in asking.end_early()
