"""The PAC script in two real engines answers what `latchkey pac --check` says, for friendly and for hostile URLs."""
import json
import os
import subprocess
import time

import pytest
from support import pacparser
from support.latchkey import BINARY, ROOT, SLOWNESS, configuration

PROXY = "PROXY 127.0.0.1:6091"
DIRECT = "DIRECT"
HOSTS = ["party.example", "intranet.example.org", "*.corp.example.org", "*.deep.corp.example.org", "192.0.2.1", "2001:db8::1",
         "::ffff:192.0.2.7", "xn--bcher-kva.example", "single", "under_score.example", "constructor", "tostring.example",
         "__proto__.example", "hasownproperty"]

ANSWERS = {
    # Every scheme, port and path; case and trailing dots.
    "http://party.example/": PROXY,
    "https://party.example/": PROXY,
    "ws://party.example/socket": PROXY,
    "wss://party.example/socket": PROXY,
    "ftp://party.example/file": PROXY,
    "https://party.example:8443/": PROXY,
    "http://party.example:80/": PROXY,
    "https://party.example": PROXY,
    "https://party.example?query": PROXY,
    "https://party.example#fragment": PROXY,
    "https://PARTY.Example/": PROXY,
    "HTTPS://party.example/": PROXY,
    "https://party.example./": PROXY,
    "https://PARTY.EXAMPLE.:443/": PROXY,
    "https://party.example/path?a=b&c=d#e": PROXY,
    "https://party.example//evil.example/": PROXY,
    "https://party.example/@evil.example/": PROXY,
    "https://party.example?@evil.example/": PROXY,
    "https://party.example#@evil.example/": PROXY,
    # Userinfo, which is no host.
    "https://user@party.example/": PROXY,
    "https://user:pass@party.example/": PROXY,
    "https://evil.example@party.example/": PROXY,
    "https://evil.example:443@party.example:443/": PROXY,
    "https://party.example@evil.example/": DIRECT,
    "https://party.example:443@evil.example/": DIRECT,
    "https://a@party.example@evil.example/": DIRECT,
    # Names that look like a party's.
    "https://evil-party.example/": DIRECT,
    "https://evilparty.example/": DIRECT,
    "https://party.example.evil/": DIRECT,
    "https://party.example.evil.example/": DIRECT,
    "https://sub.party.example/": DIRECT,
    "https://party-example/": DIRECT,
    "https://partyxexample/": DIRECT,
    "https://example/": DIRECT,
    "https://evil.example/party.example": DIRECT,
    "https://evil.example/?party.example": DIRECT,
    "https://evil.example/#party.example": DIRECT,
    "https://evil.example:443/party.example": DIRECT,
    # Suffixes: below at any depth, not the name itself.
    "https://a.corp.example.org/": PROXY,
    "https://A.CORP.EXAMPLE.ORG./": PROXY,
    "https://a.b.c.d.corp.example.org/": PROXY,
    "https://x.deep.corp.example.org/": PROXY,
    "https://deep.corp.example.org/": PROXY,
    "https://corp.example.org/": DIRECT,
    "https://xcorp.example.org/": DIRECT,
    "https://a.xcorp.example.org/": DIRECT,
    "https://a.corp.example.org.evil.example/": DIRECT,
    "https://example.org/": DIRECT,
    "https://intranet.example.org/": PROXY,
    "https://x.intranet.example.org/": DIRECT,
    # Addresses.
    "http://192.0.2.1/": PROXY,
    "http://192.0.2.1:8080/": PROXY,
    "http://192.0.2.1./": PROXY,
    "http://192.0.2.2/": DIRECT,
    "http://192.0.2.10/": DIRECT,
    "http://1.192.0.2/": DIRECT,
    "http://[2001:db8::1]/": PROXY,
    "http://[2001:DB8::1]:8443/": PROXY,
    "http://[2001:db8:0:0:0:0:0:1]/": PROXY,
    "http://[2001:0db8::0001]/": PROXY,
    "http://[2001:db8::2]/": DIRECT,
    "http://[2001:db8::11]/": DIRECT,
    "http://[::ffff:192.0.2.7]/": PROXY,
    "http://[::ffff:c000:207]/": PROXY,
    "http://[::ffff:192.0.2.1]/": DIRECT,
    "http://192.0.2.7/": DIRECT,
    "http://127.0.0.1:6091/proxy.pac": DIRECT,
    "http://localhost/": DIRECT,
    # Odd but legal names, and names that every object of a script has.
    "https://xn--bcher-kva.example/": PROXY,
    "https://single/": PROXY,
    "https://single./": PROXY,
    "https://under_score.example/": PROXY,
    "https://constructor/": PROXY,
    "https://hasownproperty/": PROXY,
    "https://tostring.example/": PROXY,
    "https://__proto__.example/": PROXY,
    "https://__proto__/": DIRECT,
    "https://tostring/": DIRECT,
    "https://valueof/": DIRECT,
    "https://x.__proto__/": DIRECT,
    "https://a.constructor/": DIRECT,
    "https://demo.latchkey.test/": PROXY,
    "https://x.demo.latchkey.test/": DIRECT,
    "https://" + "a" * 63 + ".corp.example.org/": PROXY,
    "https://" + "a." * 100 + "example/": DIRECT,
}

# URLs in which programs read different hosts: no answer, rather than one that is wrong for some.
NO_ANSWER = ["", "party.example", "party.example:443", "//party.example/", "https:/party.example/", "https://", "https:///",
             "https://party.example\\@evil.example/", "https://evil.example\\@party.example/", "https://party%2eexample/",
             "https://party.example%00.evil/", "https://party .example/", "https://party.example\n/",
             "https://b\u00fccher.example/", "http://3221225985/", "http://0xc0.0.2.1/", "http://0300.0.2.1/", "http://192.0.513/",
             "http://[2001:db8::1/", "http://[fe80::1%25eth0]/", "https://party.example:x/"]


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("pac") / "config.toml"
    path.write_text(configuration([{"hosts": HOSTS}]))
    return path


def latchkey_pac(config, *arguments):
    return subprocess.run([BINARY, "pac", "--config", config, *arguments], capture_output=True, text=True, timeout=30)


def script_of(config):
    printed = latchkey_pac(config)
    assert printed.returncode == 0, printed.stderr
    return printed.stdout


def in_quickjs(script, urls):
    """What pac-resolver answers for each URL, and the host that it gave the script."""
    ran = subprocess.run(["node", ROOT / "tests/functional/support/pac_resolver.js"], text=True, capture_output=True,
                         input=json.dumps({"script": script, "urls": urls}), timeout=60,
                         env={**os.environ, "NODE_PATH": str(ROOT / "build/npm/node_modules")})
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_the_engines_and_the_command_give_the_same_answers(config):
    script = script_of(config)
    resolved = in_quickjs(script, list(ANSWERS))
    assert len(ANSWERS) >= 60
    wrong = []
    with pacparser.engine(script) as ask:
        for (url, expected), (host, quickjs) in zip(ANSWERS.items(), resolved):
            checked = latchkey_pac(config, "--check", url)
            answers = {"expected": expected, "QuickJS": quickjs, "pacparser": ask(url, host),
                       # Not every program folds the host or leaves its brackets before it asks the script.
                       "pacparser, no brackets": ask(url, host.strip("[]")), "pacparser, as typed": ask(url, host.upper()),
                       "--check": checked.stdout.strip()}
            if len(set(answers.values())) != 1 or checked.returncode != 0:
                wrong.append((url, answers, checked.stderr))
    assert not wrong


@pytest.mark.parametrize("url", NO_ANSWER)
def test_there_is_no_answer_where_programs_differ_in_the_host(config, url):
    checked = latchkey_pac(config, "--check", url)
    assert (checked.returncode, checked.stdout) == (2, "")
    assert checked.stderr.startswith("latchkey pac: ") and checked.stderr.count("\n") == 1


def test_a_host_with_what_no_host_may_hold_never_gets_into_the_script(config, tmp_path):
    for host in ['a"+alert(1)+"', "a\\u0022b", "a b", "a\\nb", "</script>", "a'b"]:
        bad = tmp_path / "bad.toml"
        bad.write_text(f"[[party]]\nhosts = ['{host}']\n" if "'" not in host else f'[[party]]\nhosts = ["{host}"]\n')
        printed = latchkey_pac(bad)
        assert (printed.returncode, printed.stdout) == (2, ""), host


def test_a_script_of_a_thousand_parties_is_as_quick_as_one_of_ten(tmp_path):
    """A walk over all rules would take a hundred thousand steps a URL; so 3000 look-ups would take far more than a second."""
    large = tmp_path / "large.toml"
    large.write_text(configuration({"hosts": [f"h{n}.p{party}.example" for n in range(30)]} for party in range(1000)))
    script = script_of(large)
    with pacparser.engine(script) as ask:
        assert ask("https://h29.p999.example/", "h29.p999.example") == PROXY
        begin = time.process_time()
        for n in range(3000):
            host = f"a.b.c.d{n}.example"
            assert ask(f"https://{host}/", host) == DIRECT
        assert time.process_time() - begin < 1 * SLOWNESS
    assert in_quickjs(script, ["https://h29.p999.example/", "https://x.example/"]) == [["h29.p999.example", PROXY],
                                                                                         ["x.example", DIRECT]]
