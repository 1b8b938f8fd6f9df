"""`latchkey init`: a first set-up in a dialogue, by a person who types; and again, for another party."""
import pytest

from support import tokens
from support.pki import openssl

HARDWARE, ELSEWHERE, SOFTWARE = "1", "1", "2"  # what is offered with no token that OpenSC shows: the last two


def init(product, *answers):
    return product.run("init", input="".join(f"{answer}\n" for answer in answers), seconds=60)


@pytest.fixture
def product(latchkey):
    made = latchkey()
    made.config_file.unlink()
    return made


def test_a_software_token_and_a_first_party(product):
    done = init(product, SOFTWARE, "intranet.example.org", "y", "n")
    assert done.returncode == 0, done
    assert product.config_file.read_text().splitlines()[2:] == ["[token]", 'module = "soft"', "", "[[party]]",
                                                                'hosts = ["intranet.example.org"]']
    assert product.config_file.stat().st_mode & 0o777 == 0o600
    assert "Start it: latchkey run" in done.stdout and "/proxy.pac" in done.stdout and "latchkey doctor" in done.stdout
    with product as proxy:
        assert [party["hosts"] for party in proxy.status()["parties"]][0] == ["intranet.example.org"]


def test_what_is_no_host_is_asked_for_again(product):
    done = init(product, SOFTWARE, "*.com", "demo.latchkey.test", "*.Example.org", "y", "n")
    assert done.returncode == 0 and 'hosts = ["*.example.org"]' in product.config_file.read_text()
    assert done.stdout.count("Its name") == 3 and "demo party" in done.stdout


@pytest.mark.parametrize("answers", [[], [SOFTWARE], [SOFTWARE, "a.example.org"], [SOFTWARE, "a.example.org", "n"],
                                     [SOFTWARE, "a.example.org", "x" * 2000], ["0", "9", "x", "", "-1"]])
def test_who_stops_has_nothing_written(product, answers):
    done = init(product, *answers)
    assert done.returncode == 1 and "Stopped" in done.stdout, done
    assert not product.config_file.exists()


def test_again_it_adds_a_party_and_the_rest_stays(product):
    mine = '# mine\n[token]\nmodule = "soft"   # for now\n[[party]]\nhosts = ["a.example.org"]'
    product.configure(mine)
    done = init(product, "A.example.org", "b.example.org", "y", "n")
    assert done.returncode == 0, done
    assert "already" in done.stdout and "Which token" not in done.stdout
    assert product.config_file.read_text() == mine + '\n\n[[party]]\nhosts = ["b.example.org"]\n'


def test_again_with_nothing_to_add_writes_nothing(product):
    product.configure('[token]\nmodule = "soft"\n')
    before = product.config_file.stat().st_mtime_ns
    done = init(product, "", "n")
    assert done.returncode == 0 and "Write it" not in done.stdout
    assert product.config_file.stat().st_mtime_ns == before


def test_a_broken_file_is_left_alone(product):
    product.configure("[token]\nmodul = 1\n")
    done = init(product, "a.example.org", "y")
    assert done.returncode == 2 and "config.toml:2" in done.stderr
    assert product.config_file.read_text() == "[token]\nmodul = 1\n"


def test_a_daemon_that_runs_reads_the_new_party(latchkey):
    with latchkey() as proxy:
        done = init(proxy, "intranet.example.org", "y", "y", "n", "n")
        assert done.returncode == 0, done
        assert ["intranet.example.org"] in [party["hosts"] for party in proxy.status()["parties"]]


def test_keys_of_a_card_are_offered_and_get_a_certificate(latchkey, pki, stack, pinentry):
    from support.card import USER_PIN
    pinentry.pin = USER_PIN
    stack.card.put("auth", pki.client("p384"))
    stack.card.put("sign", pki.client("p256"))
    product = latchkey(token=stack)
    product.config_file.unlink()
    done = init(product, HARDWARE, "intranet.example.org", "2", "y", "y", "n", "n")
    assert done.returncode == 0, done
    text = product.config_file.read_text()
    assert 'module = "auto"' in text and "device" not in text
    chosen = [key for key in (pki.client("p384"), pki.client("p256")) if f'identity = "{key.key_sha256}"' in text]
    assert len(chosen) == 1
    (made,) = (product.folder / "state/latchkey/certificates").glob("*.pem")
    assert "Subject" in openssl("x509", "-in", made, "-noout", "-text")
