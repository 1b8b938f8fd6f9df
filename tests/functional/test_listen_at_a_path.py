"""The port may be a UNIX socket, wherever its user wants it: curl speaks SOCKS5 there."""
import socket

from support import clients, servers


def test_curl_uses_socks5_over_a_path(latchkey, pki, home):
    folder = home / "sockets"
    folder.mkdir(mode=0o700)
    with servers.Nginx(pki.server()) as server:
        with latchkey(server, listen={"address": [str(folder / "port"), "127.0.0.1:0"]}) as proxy:
            answer = clients.curl("http://party.test/index.html", "-x", f"socks5h://localhost{folder}/port")
            assert answer.status == 200, answer.errors + proxy.log
            assert len(server.certificates()) == 1
            said = proxy.run("status").stdout
            assert f"listens on   {folder}/port\n" in said
            assert f"PAC file     http://127.0.0.1:{proxy.port}/proxy.pac\n" in said
        assert not (folder / "port").exists(), "it is taken away at the end"


def test_a_path_alone_has_no_pac_file(latchkey, home):
    proxy = latchkey(listen={"address": [str(home / "port")]})
    proxy.start(armed=False)
    try:
        said = proxy.run("status").stdout
        assert f"listens on   {home}/port\n" in said and "PAC" not in said
    finally:
        proxy.stop()


def test_a_path_that_a_dead_one_left_is_taken_over(latchkey, pki, home):
    path = home / "port"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with servers.Nginx(pki.server()) as server, latchkey(server, listen={"address": ["127.0.0.1:0", str(path)]}) as proxy:
        assert clients.curl("http://party.test/", "-x", f"socks5h://localhost{path}").status == 200, proxy.log


def test_a_file_at_the_path_is_left_alone(latchkey, home):
    path = home / "thesis"
    path.write_text("years of work")
    proxy = latchkey(listen={"address": [str(path)]})
    done = proxy.run("run")
    assert done.returncode == 1 and f"cannot listen at {path}" in done.stderr, done
    assert path.read_text() == "years of work"
