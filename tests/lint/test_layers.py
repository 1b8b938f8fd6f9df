"""The layer check, on files small enough to see why each passes or not."""
import pytest

import layers


def breach(name, include):
    found = layers.breaches(name, f"// A file.\n{include}\n")
    assert len(found) <= 1
    return found[0] if found else ""


@pytest.mark.parametrize("name, include", [
    ("proxy/relay.cc", '#include "tlscore/base/result.h"'),
    ("tlscore/judge/judgement.cc", '#include "tlscore/x509/certificate.h"'),
    ("tlscore/tls/engine.cc", "#include <mbedtls/ssl.h>"),
    ("tlscore/tls/engine.cc", "#include <ssl_misc.h>"),
    ("tlscore/base/event_loop.cc", "#include <event2/event.h>"),
    ("proxy/config.cc", "#include <toml++/toml.h>"),
    ("pac/pac.cc", "#include <string_view>"),
    ("pac/pac.cc", "#include <sys/socket.h>"),
    ("tests/unit/pac_test.cc", '#include "proxy/config.h"'),
    ("tests/unit/pac_test.cc", "#include <gtest/gtest.h>"),
])
def test_an_include_upwards_passes(name, include):
    assert breach(name, include) == ""


@pytest.mark.parametrize("name, include, reason", [
    ("tlscore/base/task.h", '#include "tlscore/x509/certificate.h"', "stands above"),
    ("tlscore/tls/engine.cc", '#include "proxy/relay.h"', "stands above"),
    ("pac/pac.cc", '#include "proxy/config.h"', "stands above"),
    ("proxy/relay.cc", '#include "tests/unit/fixture.h"', "stands above"),
    ("proxy/relay.cc", '#include "relay.h"', "does not start from the root"),
    ("proxy/relay.cc", "#include <mbedtls/ssl.h>", "mbedTLS lives in tlscore/tls and tlscore/x509"),
    ("tlscore/tls/engine.cc", "#include <event2/event.h>", "libevent lives in"),
    ("tlscore/x509/path.cc", "#include <p11-kit/p11-kit.h>", "p11-kit lives in tlscore/token"),
    ("proxy/main.cc", "#include <libudev.h>", "libudev lives in udev"),
    ("proxy/main.cc", "#include <gtest/gtest.h>", "lives in tests"),
    ("proxy/main.cc", "#include <openssl/ssl.h>", "of no library that has a home"),
    ("misc/main.cc", "#include <string>", "stands in no layer"),
])
def test_a_breach_is_named(name, include, reason):
    assert reason in breach(name, include)


def test_a_breach_says_where_it_stands():
    assert breach("pac/pac.cc", '#include "proxy/config.h"').startswith("pac/pac.cc:2: ")


def test_spaces_and_indentation_hide_nothing():
    assert breach("pac/pac.cc", '  #  include   "proxy/config.h"') != ""
