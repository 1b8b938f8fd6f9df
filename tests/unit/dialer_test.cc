// Which address wins, after how long, and what is left behind.
#include "proxy/dialer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <filesystem>

#include "tests/unit/loopback_listener.h"
#include "tests/unit/network_namespace.h"

namespace proxy {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using tests::LoopbackListener;
using tests::RefusingAddress;
using tests::SilentAddress;
using tlscore::Cancel;
using tlscore::ErrorKind;
using tlscore::EventLoop;
using tlscore::fail;
using tlscore::Result;
using tlscore::Task;
using tlscore::UniqueFd;

/// So long that a test which waits for it fails.
constexpr milliseconds kForever{60'000};

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class DialerTest : public testing::Test {
 protected:
  void start(const std::vector<SocketAddress>& addresses) { spawn(*loop, dial_into(*this, addresses)); }
  void finish() {
    while (loop->tasks() > 0) event_base_loop(loop->base(), EVLOOP_ONCE);
  }
  void run(const std::vector<SocketAddress>& addresses) {
    const auto began = steady_clock::now();
    start(addresses);
    finish();
    took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
  }
  static Task<void> dial_into(DialerTest& test, std::vector<SocketAddress> addresses) {
    std::string name = "party.example";
    AddressCheck check = test.check;
    test.outcome = co_await dial(*test.loop, std::move(name), std::move(addresses), std::move(check),
                                 test.cancel, test.limits);
  }
  void expect_connected_to(const LoopbackListener& listener) {
    ASSERT_TRUE(outcome->has_value()) << outcome->error().message;
    EXPECT_EQ(*SocketAddress::peer_of((*outcome)->get()), listener.address());
  }
  void expect_error(ErrorKind kind, const std::string& message) {
    ASSERT_FALSE(outcome->has_value());
    EXPECT_EQ(outcome->error().kind, kind);
    EXPECT_EQ(outcome->error().message, message);
  }

  std::unique_ptr<EventLoop> loop = *EventLoop::create();
  Cancel cancel;
  DialLimits limits{.whole = kForever, .attempt_delay = kForever};
  std::vector<std::string> checked;
  AddressCheck check = [this](const SocketAddress& address) {
    checked.push_back(address.text());
    return Result<void>();
  };
  std::optional<Result<UniqueFd>> outcome;
  milliseconds took{0};
};

TEST(AlternateFamilies, BeginsWithIpv6AndKeepsTheOrderWithinAFamily) {
  const auto address = [](std::string_view text) { return *SocketAddress::parse(text, 1); };
  const std::vector<SocketAddress> ordered =
      alternate_families({address("192.0.2.1"), address("192.0.2.2"), address("192.0.2.3"),
                          address("2001:db8::1"), address("2001:db8::2")});
  std::vector<std::string> texts;
  texts.reserve(ordered.size());
  for (const SocketAddress& each : ordered) texts.push_back(each.address_text());
  EXPECT_EQ(texts,
            (std::vector<std::string>{"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3"}));
}

TEST_F(DialerTest, GivesASocketThatIsReadyForTheLoopAndDoesNotDelaySmallWrites) {
  const LoopbackListener listener("127.0.0.1");
  run({listener.address()});
  expect_connected_to(listener);
  const int fd = (*outcome)->get();
  EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  int no_delay = 0;
  socklen_t length = sizeof no_delay;
  ASSERT_EQ(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &length), 0);
  EXPECT_EQ(no_delay, 1);
}

TEST_F(DialerTest, PrefersIpv6AndLeavesTheRestAlone) {
  const LoopbackListener v4("127.0.0.1");
  const LoopbackListener v6("::1");
  run({v4.address(), v6.address()});
  expect_connected_to(v6);
  EXPECT_EQ(checked, std::vector{v6.address().text()})
      << "an address is checked when it is dialled, not before";
  EXPECT_FALSE(v4.accept());
}

TEST_F(DialerTest, ARefusedAttemptIsFollowedByTheNextAtOnce) {
  const RefusingAddress v6("::1");
  const RefusingAddress first("127.0.0.1");
  const LoopbackListener second("127.0.0.1");
  run({first.address(), v6.address(), second.address()});
  expect_connected_to(second);
  EXPECT_LT(took, milliseconds{5000});
}

TEST_F(DialerTest, ASilentAttemptIsFollowedByTheNextAfterAQuarterOfASecond) {
  limits = DialLimits();
  const SilentAddress v6("::1");
  const LoopbackListener v4("127.0.0.1");
  milliseconds fastest = kForever;
  for (int i = 0; i < 3; ++i) {  // a busy machine may be late, but not each time
    run({v6.address(), v4.address()});
    expect_connected_to(v4);
    EXPECT_GE(took, milliseconds{250});
    fastest = std::min(fastest, took);
  }
  EXPECT_LE(fastest, milliseconds{400});
}

TEST_F(DialerTest, TheLosersAreClosedWhenOneHasWon) {
  limits.attempt_delay = milliseconds{1};
  const SilentAddress v6("::1");
  const SilentAddress silent_v4("127.0.0.1");
  const LoopbackListener v4("127.0.0.1");
  const std::size_t before = open_descriptors();
  run({v6.address(), silent_v4.address(), v4.address()});
  expect_connected_to(v4);
  EXPECT_EQ(open_descriptors(), before + 1);
}

TEST_F(DialerTest, ALateFailureOfAnOverlappingAttemptDoesNotEndTheRace) {
  limits.attempt_delay = milliseconds{1};
  const SilentAddress v6("::1");
  const RefusingAddress v4("127.0.0.1");
  start({v6.address(), v4.address()});
  while (checked.size() < 2) event_base_loop(loop->base(), EVLOOP_ONCE);
  for (int i = 0; i < 3; ++i) event_base_loop(loop->base(), EVLOOP_ONCE | EVLOOP_NONBLOCK);
  EXPECT_FALSE(outcome.has_value());
  const UniqueFd queued = v6.accept();  // makes room, so that the kernel's next SYN gets through
  finish();
  expect_connected_to(v6);
}

TEST_F(DialerTest, NamesEveryAddressWhenAllRefuse) {
  const RefusingAddress v4("127.0.0.1");
  const RefusingAddress v6("::1");
  run({v4.address(), v6.address()});
  expect_error(ErrorKind::Unreachable, "party.example: connection refused by " + v6.address().text() +
                                           "; connection refused by " + v4.address().text());
}

TEST_F(DialerTest, AnErrorNamesEightAddressesAtMost) {
  const RefusingAddress v4("127.0.0.1");
  run(std::vector(10, v4.address()));
  EXPECT_TRUE(outcome->error().message.ends_with("; and so on for 2 more")) << outcome->error().message;
}

TEST_F(DialerTest, EndsAtTheLimitAndSaysWhoWasSilent) {
  limits = {.whole = milliseconds{50}, .attempt_delay = milliseconds{10}};
  const SilentAddress v6("::1");
  const RefusingAddress v4("127.0.0.1");
  const std::size_t before = open_descriptors();
  run({v6.address(), v4.address()});
  expect_error(ErrorKind::TimedOut, "party.example: no connection within 50 ms (connection refused by " +
                                        v4.address().text() + "; " + v6.address().text() +
                                        " does not answer)");
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(DialerTest, AnAddressThatTheCheckRefusesIsNotDialledAndIsReported) {
  const LoopbackListener v6("::1");
  const LoopbackListener v4("127.0.0.1");
  check = [&](const SocketAddress& address) -> Result<void> {
    if (address == v6.address()) return fail(ErrorKind::Refused, "it is a loopback address");
    return {};
  };
  run({v6.address(), v4.address()});
  expect_connected_to(v4);
  EXPECT_FALSE(v6.accept());
  check = [](const SocketAddress&) -> Result<void> {
    return fail(ErrorKind::Refused, "it is a loopback address");
  };
  run({v6.address()});
  expect_error(ErrorKind::Refused,
               "party.example: " + v6.address().text() + " is not dialled: it is a loopback address");
}

TEST_F(DialerTest, AHostWithoutAddressesIsNotFound) {
  run({});
  expect_error(ErrorKind::NotFound, "party.example has no address");
}

TEST_F(DialerTest, SaysWhereThereIsNoRoute) {
  tests::in_own_network({}, [this] {
    run({*SocketAddress::parse("192.0.2.1", 443)});
    expect_error(ErrorKind::Unreachable, "party.example: no route to 192.0.2.1:443");
  });
}

TEST_F(DialerTest, CancellingClosesEverythingBeforeItReturns) {
  limits.attempt_delay = milliseconds{1};
  const SilentAddress v6("::1");
  const SilentAddress v4("127.0.0.1");
  const std::size_t before = open_descriptors();
  start({v6.address(), v4.address()});
  while (checked.size() < 2) event_base_loop(loop->base(), EVLOOP_ONCE);
  EXPECT_EQ(open_descriptors(), before + 2);
  cancel.request({ErrorKind::TokenRemoved, "the token was removed"});
  EXPECT_EQ(open_descriptors(), before);
  finish();
  expect_error(ErrorKind::TokenRemoved, "the token was removed");
}

TEST_F(DialerTest, CancellingTakesAConnectionThatJustWon) {
  const LoopbackListener listener("127.0.0.1");
  const std::size_t before = open_descriptors();
  start({listener.address()});
  event_base_loop(loop->base(), EVLOOP_ONCE);  // it is connected now, and the dialler not yet told
  cancel.request({ErrorKind::TokenRemoved, "the token was removed"});
  finish();
  expect_error(ErrorKind::TokenRemoved, "the token was removed");
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(DialerTest, DialsNothingWhenItIsCancelledAlready) {
  cancel.request({ErrorKind::Cancelled, "stopped"});
  run({*SocketAddress::parse("127.0.0.1", 1)});
  expect_error(ErrorKind::Cancelled, "stopped");
  EXPECT_TRUE(checked.empty());
}

}  // namespace
}  // namespace proxy
