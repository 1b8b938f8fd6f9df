"""Real programs that people use, each told to go through a Latchkey; every one returns what the party answered."""
import contextlib
import dataclasses
import http.client
import os
import pathlib
import subprocess

from support.children import die_with_parent

ROOT = pathlib.Path(__file__).resolve().parents[3]
SECONDS = 100

# The ways in which curl can be told of a proxy, each with its arguments for a port.
CURL_MODES = {
    "http": lambda port: ["-x", f"http://127.0.0.1:{port}"],
    "connect": lambda port: ["-p", "-x", f"http://127.0.0.1:{port}"],
    "socks5h": lambda port: ["--socks5-hostname", f"127.0.0.1:{port}"],
    "socks4a": lambda port: ["--socks4a", f"127.0.0.1:{port}"],
}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a program printed, and how it ended. `status` is HTTP's, 0 where the program does not tell."""

    exit: int
    body: str
    errors: str
    status: int = 0


def environment(**more):
    """Ours without proxies, so that only what a test says counts."""
    kept = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    return kept | more


def run(command, input=None, cwd=None, **variables):
    """Runs a program to its end."""
    done = subprocess.run([str(part) for part in command], input=input, cwd=cwd, capture_output=True, timeout=SECONDS,
                          env=environment(**variables), **({} if input else {"stdin": subprocess.DEVNULL}))
    return Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


@contextlib.contextmanager
def started(command):
    """A program that runs inside the block, and is ended after it."""
    process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment(), preexec_fn=die_with_parent)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def curl_command(url, *arguments, port=None, mode="http", seconds=30):
    """How curl is called to fetch `url`, through the proxy at `port` if one is given."""
    through = CURL_MODES[mode](port) if port else []
    return ["curl", "-sS", "-m", seconds, "-w", "\n%{http_code}", *through, *arguments, url]


def curl(url, *arguments, port=None, mode="http", seconds=30):
    """curl to its end."""
    answer = run(curl_command(url, *arguments, port=port, mode=mode, seconds=seconds))
    body, _, status = answer.body.rpartition("\n")
    return Answer(answer.exit, body, answer.errors, int(status or 0))


def curl_directly(url, server, root, client=None, *arguments):
    """curl to a server itself, with a client's key from a file: what the product does, without the product."""
    host = url.split("/")[2].split(":")[0]
    shown = ["--cert", client.certificate, "--key", client.key] if client else []
    return curl(url, "--cacert", root.certificate, "--resolve", f"{host}:{server.port}:127.0.0.1", *shown, *arguments)


def wget(url, port):
    return run(["wget", "-q", "-t", "1", "-T", "30", "-O", "-", "-e", f"http_proxy=http://127.0.0.1:{port}", url])


def git_clone(url, target, port):
    return run(["git", "-c", f"http.proxy=http://127.0.0.1:{port}", "clone", "-q", url, target],
               GIT_TERMINAL_PROMPT="0", GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")


def proxychains(url, port, folder):
    """curl, which knows of no proxy: proxychains4 turns its connections into SOCKS5, names included."""
    configuration = pathlib.Path(folder) / "proxychains.conf"
    configuration.write_text(f"strict_chain\nproxy_dns\n[ProxyList]\nsocks5 127.0.0.1 {port}\n")
    return run(["proxychains4", "-q", "-f", configuration, "curl", "-sS", "-m", "30", url])


def ssh(sshd, host, proxy_command, *command, **variables):
    """ssh as the user who runs the tests, to `host` through a ProxyCommand."""
    options = {"ProxyCommand": proxy_command, "IdentityFile": sshd.folder / "user", "IdentitiesOnly": "yes",
               "UserKnownHostsFile": "/dev/null", "StrictHostKeyChecking": "no", "BatchMode": "yes", "LogLevel": "ERROR"}
    return run(["ssh", "-F", "none", *(part for key, value in options.items() for part in ("-o", f"{key}={value}")),
                host, *command], **variables)


def node(script, *arguments):
    """Node, with the packages of build/npm."""
    return run(["node", "-e", script, "--", *arguments], NODE_PATH=str(ROOT / "build/npm/node_modules"))


_THROUGH_PAC = """
const [pac, url] = process.argv.slice(1).filter((word) => word !== "--");
import(require.resolve("pac-proxy-agent")).then(({ PacProxyAgent }) => {
  require("http").get(url, { agent: new PacProxyAgent("pac+" + pac) }, (answer) => {
    answer.pipe(process.stdout);
    answer.on("end", () => { process.exitCode = answer.statusCode === 200 ? 0 : 22; });
  }).on("error", (error) => { console.error(error.message); process.exitCode = 1; });
});
"""


def node_with_pac(url, port):
    """Node with pac-proxy-agent: it loads the PAC script as a browser does and goes where that says."""
    return node(_THROUGH_PAC, f"http://127.0.0.1:{port}/proxy.pac", url)


def python_tunnel(host, path, port):
    """Python's http.client, whose CONNECT is HTTP/1.0 without a Host."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.set_tunnel(host, 80)
        connection.request("GET", path)
        answer = connection.getresponse()
        return Answer(0, answer.read().decode(), "", answer.status)
    except OSError as error:
        return Answer(1, "", str(error))
    finally:
        connection.close()
