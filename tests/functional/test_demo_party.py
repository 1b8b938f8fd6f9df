"""What `make run` prints is true: the demo party shows the key's fingerprint, in each way to reach it."""
import pytest

from support import clients


@pytest.mark.parametrize("mode", clients.CURL_MODES)
def test_the_demo_party_shows_the_tokens_fingerprint(module_proxy, mode):
    fingerprints = [key["fingerprint"] for key in module_proxy.status()["token"]["keys"]]
    answer = clients.curl("http://demo.latchkey.test/", port=module_proxy.port, mode=mode)
    assert answer.status == 200, answer.errors + module_proxy.log
    assert len(fingerprints) == 1 and fingerprints[0] in answer.body


def test_what_make_run_prints_works_as_it_stands(home, latchkey):
    proxy = latchkey()
    proxy.start(arguments=["--first-steps"])
    try:
        commands = [line.strip() for line in proxy.log.splitlines() if line.startswith("  curl ")]
        fingerprint = proxy.status()["token"]["keys"][0]["fingerprint"]
        assert len(commands) == 4
        for command in commands:
            answer = clients.run(command.split())
            assert answer.exit == 0 and fingerprint in answer.body, (command, answer)
    finally:
        proxy.stop()
