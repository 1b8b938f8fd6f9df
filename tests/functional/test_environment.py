"""`latchkey env` and `latchkey exec`: command-line programs that honour proxy variables go through us."""
import pytest

from support import clients, servers


@pytest.fixture
def party(pki):
    with servers.Nginx(pki.server()) as server:
        yield server


def test_env_is_what_curl_needs(latchkey, party):
    with latchkey(party) as proxy:
        script = proxy.run("env", "--shell", "sh").stdout
        answer = clients.run(["sh", "-c", f"{script}\ncurl -sS http://party.test/index.html"])
        assert answer.body == servers.ANSWER.decode(), answer.errors


def test_exec_runs_a_program_through_the_proxy_and_passes_its_status_on(latchkey, party):
    with latchkey(party) as proxy:
        done = proxy.run("exec", "--", "curl", "-sS", "http://party.test/index.html")
        assert (done.returncode, done.stdout) == (0, servers.ANSWER.decode()), done.stderr
        assert proxy.run("exec", "--", "sh", "-c", "exit 42").returncode == 42
