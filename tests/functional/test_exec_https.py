"""git, curl, Python's requests and Node over https:// under `latchkey exec`: to a party, and to a host that is none."""
import pathlib
import subprocess

import pytest

from support import servers
from support.latchkey import ROOT
from support.private_files import with_files
from support.public_network import PUBLIC, public_network

STORE = "/etc/ssl/certs/ca-certificates.crt"
ELSEWHERE = "elsewhere.example"
REQUESTS = "import requests, sys; print(requests.get(sys.argv[1], timeout=30).text)"
NODE = """
const { HttpsProxyAgent } = require("https-proxy-agent");
require("https").get(process.argv[1], { agent: new HttpsProxyAgent(process.env.HTTPS_PROXY || process.env.https_proxy) }, (answer) => {
  answer.pipe(process.stdout);
}).on("error", (error) => { console.error(error); process.exitCode = 1; });
"""
PROGRAMS = {
    "curl": ["curl", "-sS", "URL/index.html"],
    "git": ["git", "ls-remote", "URL/repository.git"],
    "requests": ["/usr/bin/python3", "-c", REQUESTS, "URL/index.html"],
    "node": ["node", "-e", NODE, "URL/index.html"],
}


class Site(servers.Nginx):
    """With a repository in which a branch has a name; on the public address, too."""

    def command(self):
        command = super().command()
        configuration = self.folder / "conf"
        configuration.write_text(configuration.read_text().replace(
            f"listen 127.0.0.1:{self.port} ssl;", f"listen 127.0.0.1:{self.port} ssl; listen {PUBLIC}:{self.port} ssl;"))
        bare = self.folder / "www/repository.git"
        if not bare.exists():
            work = self.folder / "work"
            who = ["-c", "user.name=Jo", "-c", "user.email=jo@party.test"]
            for step in (["init", "-q", "-b", "here", work], ["-C", work, *who, "commit", "-q", "--allow-empty", "-m", "first"],
                         ["clone", "-q", "--bare", work, bare], ["-C", bare, "update-server-info"]):
                subprocess.run(["git", *map(str, step)], check=True)
        return command


@pytest.fixture(scope="module")
def world(module_latchkey, pki, tmp_path_factory):
    """(Latchkey, a party, a site that is none): in a network of their own, where the system's CAs vouch for both."""
    with public_network(), Site(pki.server()) as party, Site(pki.server(host=ELSEWHERE)) as other:
        parties = [{"hosts": ["party.test"], "ports": [party.port], "allow_private": True, "roots": pki.root.certificate}]
        with module_latchkey(parties=parties, dns={"hosts": {"party.test": ["127.0.0.1"], ELSEWHERE: [PUBLIC]}}) as proxy:
            store = pathlib.Path(STORE).read_text() + pki.root.certificate.read_text()
            yield proxy, party, other, with_files(tmp_path_factory.mktemp("system"), {STORE: store})


def run(world, program, address):
    """The program under `latchkey exec`, where the system knows the tests' CA."""
    proxy, _, _, before = world
    command = [word.replace("URL", address) for word in PROGRAMS[program]]
    environment = proxy.environment | {"NODE_PATH": f"{ROOT}/build/npm/node_modules", "GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run([*before, str(proxy.binary), "exec", "--", *command], env=environment, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60)


@pytest.mark.parametrize("program", PROGRAMS)
def test_to_a_party(world, program):
    _, party, _, _ = world
    done = run(world, program, f"https://party.test:{party.port}")
    assert done.returncode == 0 and ("refs/heads/here" in done.stdout or servers.ANSWER.decode() in done.stdout), done
    assert all(party.certificates()), "as the user"


@pytest.mark.parametrize("program", PROGRAMS)
def test_to_a_host_that_is_none(world, program):
    """Octets pass as they are, and the program judges for itself."""
    _, _, other, _ = world
    done = run(world, program, f"https://{ELSEWHERE}:{other.port}")
    assert done.returncode == 0 and ("refs/heads/here" in done.stdout or servers.ANSWER.decode() in done.stdout), done
    assert not any(other.certificates()), "nobody is shown who the user is"


@pytest.mark.parametrize("program", PROGRAMS)
def test_nobody_is_believed_who_is_not_vouched_for(world, program, pki):
    with Site(pki.server("unknown-ca", host=ELSEWHERE)) as stranger:
        done = run(world, program, f"https://{ELSEWHERE}:{stranger.port}")
        assert done.returncode != 0 and "certificate" in done.stderr.lower(), done
