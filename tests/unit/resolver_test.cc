// Where a host's addresses come from, and what is never asked for.
#include "proxy/resolver.h"

#include <gtest/gtest.h>

#include <latch>

#include "tests/unit/network_namespace.h"

namespace proxy {
namespace {

using std::chrono::milliseconds;
using tlscore::Cancel;
using tlscore::ErrorKind;
using tlscore::EventLoop;
using tlscore::fail;
using tlscore::kNoLimit;
using tlscore::Result;
using tlscore::Task;
using tlscore::TimeLimit;
using tlscore::Workers;

using Addresses = std::vector<SocketAddress>;

class ResolverTest : public testing::Test {
 protected:
  void finish() {
    while (loop->tasks() > 0) event_base_loop(loop->base(), EVLOOP_ONCE);
  }
  void start(Resolver& resolver, std::string host, TimeLimit limit = kNoLimit) {
    spawn(*loop, resolve_into(resolver, std::move(host), cancel, limit, outcome));
  }
  Result<Addresses> run(Resolver& resolver, std::string host, TimeLimit limit = kNoLimit) {
    start(resolver, std::move(host), limit);
    finish();
    return *outcome;
  }
  static Task<void> resolve_into(Resolver& resolver, std::string host, Cancel& cancel, TimeLimit limit,
                                 std::optional<Result<Addresses>>& into) {
    into = co_await resolver.resolve(std::move(host), 443, cancel, limit);
  }
  static std::vector<std::string> texts(const Result<Addresses>& result) {
    std::vector<std::string> all;
    if (!result) return {result.error().message};
    for (const SocketAddress& each : *result) all.push_back(each.text());
    return all;
  }
  static Result<Addresses> parse(std::initializer_list<std::string_view> addresses, std::uint16_t port) {
    Addresses parsed;
    for (const std::string_view each : addresses) parsed.push_back(*SocketAddress::parse(each, port));
    return parsed;
  }
  static Result<Addresses> must_not_be_asked(const std::string& host, std::uint16_t /*port*/) {
    ADD_FAILURE() << "looked up: " << host;
    return Addresses();
  }

  std::unique_ptr<EventLoop> loop = *EventLoop::create();
  Cancel cancel;
  std::optional<Result<Addresses>> outcome;
  Workers workers{*loop, 2};  // ends first, with what runs on it
};

TEST_F(ResolverTest, FixedHostsAreNotLookedUpInAnyCaseAndWithATrailingDot) {
  Resolver resolver(workers, {{"party.test", {"192.0.2.7", "2001:db8::7"}}}, must_not_be_asked);
  for (const std::string host : {"party.test", "PARTY.Test", "party.test."}) {
    EXPECT_EQ(texts(run(resolver, host)), (std::vector<std::string>{"192.0.2.7:443", "[2001:db8::7]:443"}))
        << host;
  }
}

TEST_F(ResolverTest, AChangeOfTheFixedHostsCounts) {
  Resolver resolver(workers, {{"party.test", {"192.0.2.7"}}}, must_not_be_asked);
  resolver.set_fixed_hosts({{"party.test", {"192.0.2.8"}}});
  EXPECT_EQ(texts(run(resolver, "party.test")), std::vector<std::string>{"192.0.2.8:443"});
}

TEST_F(ResolverTest, AddressesAreNotLookedUp) {
  Resolver resolver(workers, {}, must_not_be_asked);
  EXPECT_EQ(texts(run(resolver, "192.0.2.1")), std::vector<std::string>{"192.0.2.1:443"});
  EXPECT_EQ(texts(run(resolver, "2001:DB8::1")), std::vector<std::string>{"[2001:db8::1]:443"});
}

TEST_F(ResolverTest, WhatIsNeitherANameNorAnAddressIsRefusedUnasked) {
  Resolver resolver(workers, {}, must_not_be_asked);
  const std::vector<std::string> bad = {"",           ".",
                                        "..",         "a..b",
                                        ".a",         "127.1",
                                        "2130706433", "0x7f000001",
                                        "1.2.3.4.5",  "party.0x7F",
                                        "a b",        "fe80::1%lo",
                                        "[::1]",      "a/b",
                                        "b\xc3\xbc",  std::string("a\0b", 3),
                                        "-n\n",       std::string(254, 'a')};
  for (const std::string& host : bad) {
    const auto result = run(resolver, host);
    ASSERT_FALSE(result.has_value()) << host;
    EXPECT_EQ(result.error().kind, ErrorKind::Malformed) << host;
  }
}

TEST_F(ResolverTest, ANameMayHoldDigitsAndUnderscores) {
  Resolver resolver(workers, {},
                    [](const std::string&, std::uint16_t port) { return parse({"192.0.2.1"}, port); });
  for (const std::string host :
       {"3com.example", "_service.example", "127.0.0.1.example", "a-1", "xn--bcher-kva.example"}) {
    EXPECT_TRUE(run(resolver, host).has_value()) << host;
  }
}

TEST_F(ResolverTest, KeepsTheSystemsOrderWithoutDuplicates) {
  Resolver resolver(workers, {}, [](const std::string&, std::uint16_t port) {
    return parse({"192.0.2.2", "2001:db8::1", "192.0.2.2", "192.0.2.1"}, port);
  });
  EXPECT_EQ(texts(run(resolver, "party.example")),
            (std::vector<std::string>{"192.0.2.2:443", "[2001:db8::1]:443", "192.0.2.1:443"}));
}

TEST_F(ResolverTest, DropsAddressesBeyondTheBound) {
  Resolver resolver(workers, {}, [](const std::string&, std::uint16_t) {
    Addresses many;
    for (std::uint16_t port = 1; port <= 1000; ++port)
      many.push_back(*SocketAddress::parse("192.0.2.1", port));
    return Result<Addresses>(many);
  });
  EXPECT_EQ(run(resolver, "party.example")->size(), Resolver::kMaxAddresses);
}

TEST_F(ResolverTest, ANameWithoutAnAddressIsAnError) {
  Resolver resolver(workers, {},
                    [](const std::string&, std::uint16_t) { return Result<Addresses>(Addresses()); });
  EXPECT_EQ(run(resolver, "party.example").error().kind, ErrorKind::NotFound);
}

TEST_F(ResolverTest, ALookUpThatTakesTooLongIsGivenUp) {
  const auto stop = std::make_shared<std::latch>(1);  // shared with look-ups that outlast the test
  Resolver resolver(workers, {}, [stop](const std::string&, std::uint16_t) -> Result<Addresses> {
    stop->wait();
    return fail(ErrorKind::Internal, "too late");
  });
  const auto result = run(resolver, "party.example", milliseconds{10});
  EXPECT_EQ(result.error().kind, ErrorKind::TimedOut);
  EXPECT_EQ(result.error().message, "the name party.example could not be looked up within 10 ms");
  start(resolver, "party.example");
  cancel.request({ErrorKind::TokenRemoved, "the token was removed"});
  finish();
  EXPECT_EQ(outcome->error().message, "the token was removed");
  stop->count_down();
}

TEST_F(ResolverTest, LookUpsThatWereGivenUpCountTowardsTheBound) {
  const auto stop = std::make_shared<std::latch>(1);  // shared with look-ups that outlast the test
  Resolver resolver(workers, {}, [stop](const std::string&, std::uint16_t) -> Result<Addresses> {
    stop->wait();
    return fail(ErrorKind::NotFound, "");
  });
  for (std::size_t i = 0; i < Resolver::kMaxPending; ++i) {
    EXPECT_EQ(run(resolver, "party.example", milliseconds{0}).error().kind, ErrorKind::TimedOut);
  }
  EXPECT_EQ(run(resolver, "party.example", milliseconds{0}).error().kind, ErrorKind::TooLarge);
  stop->count_down();
}

TEST_F(ResolverTest, TheSystemKnowsLocalhost) {
  Resolver resolver(workers, {});
  const auto result = run(resolver, "localhost");
  ASSERT_TRUE(result.has_value()) << result.error().message;
  for (const SocketAddress& each : *result) {
    EXPECT_TRUE(each.is_loopback());
    EXPECT_EQ(each.port(), 443);
  }
}

TEST(LookUpHost, TellsAnAbsentNameFromAnAbsentNetwork) {
  tests::in_own_network({"link set lo up"}, [] {
    const auto away = look_up_host("party.example", 443);
    ASSERT_FALSE(away.has_value());
    EXPECT_EQ(away.error().message,
              "the name party.example could not be looked up now; is the network there?");
    const std::string too_long_for_dns = std::string(64, 'a') + ".example";
    const auto absent = look_up_host(too_long_for_dns, 443);
    ASSERT_FALSE(absent.has_value());
    EXPECT_EQ(absent.error().message, "the name " + too_long_for_dns + " does not exist");
    EXPECT_EQ(look_up_host("localhost", 443).value_or(Addresses{SocketAddress()}).front().is_loopback(),
              true);
  });
}

}  // namespace
}  // namespace proxy
