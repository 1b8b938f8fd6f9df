"""Runs a PAC script in SpiderMonkey through pacparser's C library, as old programs do."""
import contextlib
import ctypes


@contextlib.contextmanager
def engine(script):
    """Gives a function of (url, host) that answers as the script does. pacparser has one engine a process."""
    library = ctypes.CDLL("libpacparser.so.1")
    library.pacparser_find_proxy.restype = ctypes.c_void_p
    assert library.pacparser_init() == 1
    try:
        assert library.pacparser_parse_pac_string(script.encode()) == 1

        def ask(url, host):
            answer = library.pacparser_find_proxy(url.encode(), host.encode())
            assert answer, f"pacparser failed on {url}"
            return ctypes.string_at(answer).decode()

        yield ask
    finally:
        library.pacparser_cleanup()
