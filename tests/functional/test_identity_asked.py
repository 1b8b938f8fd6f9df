"""A party with `identity = "ask"`: the connection waits while its user is asked, once for all that wait."""
import concurrent.futures
import contextlib
import re
import urllib.parse

import pytest

from support import clients, servers
from support.desktop import Desktop

ASK = {"identity": "ask"}


def page(proxy, path="", *arguments):
    return clients.curl(f"http://127.0.0.1:{proxy.port}/{path}", *arguments, port=None)


def questions(proxy):
    return proxy.status()["questions"]


def answer(proxy, choice):
    """Presses a button of the page, as a browser does."""
    question, = questions(proxy)
    html = page(proxy, "", "-H", "Accept: text/html").body
    key = re.search(r'name="key" value="([0-9a-f]+)"', html)[1]
    form = urllib.parse.urlencode({"key": key, "question": question["id"], "choice": choice})
    return page(proxy, "answer", "-d", form, "-H", f"Origin: http://127.0.0.1:{proxy.port}")


def ask(proxy, server):
    return clients.curl("http://party.test/index.html", port=proxy.port)


def until_asked(proxy, waiting=1):
    proxy.until(lambda status: [each["waiting"] for each in status["questions"]] == [waiting], f"asks, and {waiting} wait")


@pytest.fixture
def waiting(latchkey, pki, token):
    """A party and a Latchkey that has to ask; and threads in which programs wait."""
    with servers.OpensslServer(pki.server()) as server, latchkey(server, token=token(), party=ASK) as proxy, \
            concurrent.futures.ThreadPoolExecutor(30) as pool:
        yield server, proxy, lambda: pool.submit(ask, proxy, server)


def test_the_chosen_key_is_shown_and_not_asked_for_again(waiting, pki):
    server, proxy, program = waiting
    first = program()
    until_asked(proxy)
    question, = questions(proxy)
    assert "party.test" in question["text"] and [each["id"] for each in question["choices"]] == [
        f"key-{pki.client('p256').key_sha256}", "none"]
    assert not server.has_been_shown_a_certificate() and not first.done()
    assert answer(proxy, question["choices"][0]["id"]).status == 303
    assert first.result(20).status == 200
    assert questions(proxy) == []
    assert ask(proxy, server).status == 200, "the answer holds"
    assert set(filter(None, server.certificates(2))) == {pki.client("p256").sha256}


def test_one_question_for_all_who_wait(waiting):
    _, proxy, program = waiting
    programs = [program() for _ in range(20)]
    until_asked(proxy, 20)
    answer(proxy, questions(proxy)[0]["choices"][0]["id"])
    assert [each.result(60).status for each in programs] == [200] * 20


def test_none_means_that_no_certificate_is_shown(latchkey, pki, token):
    with servers.OpensslServer(pki.server(), require=False) as server, latchkey(server, token=token(), party=ASK) as proxy, \
            concurrent.futures.ThreadPoolExecutor(1) as pool:
        program = pool.submit(ask, proxy, server)
        until_asked(proxy)
        answer(proxy, "none")
        assert program.result(20).status == 200
        assert not server.was_shown_a_certificate()


def test_a_program_that_gives_up_leaves_the_question_for_the_next(waiting):
    server, proxy, program = waiting
    gave_up = clients.curl("http://party.test/index.html", "--max-time", "1", port=proxy.port)
    assert gave_up.exit == 28
    until_asked(proxy, 0)
    answer(proxy, questions(proxy)[0]["choices"][0]["id"])
    assert ask(proxy, server).status == 200


def test_a_party_that_is_not_itself_asks_for_nothing(latchkey, pki, token):
    with servers.OpensslServer(pki.server("expired")) as server, latchkey(server, token=token(), party=ASK) as proxy:
        assert ask(proxy, server).status == 502
        assert questions(proxy) == []


def test_a_party_that_asks_for_no_certificate_asks_for_nothing(latchkey, pki, token):
    with servers.BodyServer(pki.server()) as server, latchkey(server, token=token(), party=ASK) as proxy:
        assert clients.curl("http://party.test/nothing", "-m", "10", port=proxy.port).status == 404, "which is the party's answer"
        assert questions(proxy) == []


def test_where_no_key_can_be_shown_there_is_nothing_to_ask(latchkey, pki, token):
    party = ASK | {"auth": ["openpgp"]}
    with servers.OpensslServer(pki.server()) as server, latchkey(server, token=token(), party=party) as proxy:
        answer = clients.curl("http://party.test/index.html", "-m", "10", port=proxy.port)
        assert answer.status == 503 and "no key on your token can be shown" in answer.body, answer
        assert questions(proxy) == []


def test_lock_ends_the_question_and_forgets_the_answer(waiting):
    server, proxy, program = waiting
    first = program()
    until_asked(proxy)
    proxy.run("lock")
    told = first.result(20)
    assert told.status == 503 and "the token was locked" in told.body, told
    assert questions(proxy) == []
    assert proxy.run("unlock", input="43210987\n").returncode == 0
    again = program()
    until_asked(proxy)
    answer(proxy, "none")
    again.result(20)


def test_a_browsers_connection_waits_as_well(latchkey, pki, token, home):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token(), party=ASK) as proxy, \
            concurrent.futures.ThreadPoolExecutor(1) as pool:
        (home / "cas.pem").write_text(proxy.run("ca", "export").stdout)
        tab = pool.submit(clients.curl, f"https://party.test:{server.port}/index.html", "--cacert", home / "cas.pem", "-A",
                          "Mozilla/5.0", port=proxy.port, mode="connect")
        until_asked(proxy)
        answer(proxy, questions(proxy)[0]["choices"][0]["id"])
        assert tab.result(20).status == 200
        assert server.certificates() == [pki.client("p256").sha256]


def test_the_desktop_asks_and_a_button_there_answers(latchkey, pki, token, home, monkeypatch):
    with contextlib.ExitStack() as stack:
        desktop = stack.enter_context(Desktop(home / "desktop"))
        for name, value in desktop.environment.items():
            monkeypatch.setenv(name, value)
        shown = stack.enter_context(desktop.server())
        server = stack.enter_context(servers.OpensslServer(pki.server()))
        proxy = stack.enter_context(latchkey(server, token=token(), party=ASK))
        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(1))
        program = pool.submit(ask, proxy, server)
        until_asked(proxy)
        number, notification = shown.only()
        assert notification["summary"] == "Which identity may party.test see?"
        actions = notification["actions"]
        shown.press(number, actions[actions.index("CN=client p256") - 1])
        assert program.result(20).status == 200
        assert questions(proxy) == []


def test_what_is_no_choice_decides_nothing(waiting):
    _, proxy, program = waiting
    first = program()
    until_asked(proxy)
    answer(proxy, "key-" + "0" * 64)
    assert len(questions(proxy)) == 1 and not first.done()
    answer(proxy, "none")
    first.result(20)


def test_explain_says_that_the_user_will_be_asked(latchkey, pki, token):
    with servers.OpensslServer(pki.server()) as server, latchkey(server, token=token(), party=ASK) as proxy:
        told = proxy.run("explain", f"https://party.test:{server.port}/")
        assert told.returncode == 0 and "you are asked which identity it may see" in told.stdout
