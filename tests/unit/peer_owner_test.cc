// Whose connection it is: real connections, of this user, of another, and of nobody any more.
#include "proxy/peer_owner.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "proxy/socket_address.h"
#include "tests/unit/loopback_listener.h"
#include "tests/unit/network_namespace.h"
#include "tlscore/base/socket.h"
#include "tlscore/base/unique_fd.h"

namespace proxy {
namespace {

using tests::LoopbackListener;
using tlscore::ErrorKind;
using tlscore::Result;
using tlscore::UniqueFd;

constexpr uid_t kNobody = 65534;

void expect_unknown(const Result<uid_t>& owner, ErrorKind kind) {
  ASSERT_FALSE(owner.has_value()) << "taken for user " << *owner;
  EXPECT_EQ(owner.error().kind, kind) << owner.error().message;
}

TEST(PeerOwner, ThisProcessIsOursInEveryFamily) {
  struct Case {
    std::string_view listener;
    std::string_view target;
    bool v4_too;
  };
  for (const Case& each :
       {Case{"127.0.0.1", "127.0.0.1", false}, Case{"::1", "::1", false}, Case{"::", "127.0.0.1", true},
        Case{"127.0.0.1", "::ffff:127.0.0.1", false}, Case{"::", "::ffff:127.0.0.1", true}}) {
    SCOPED_TRACE(testing::Message() << each.listener << " " << each.target);
    const LoopbackListener listener(each.listener, each.v4_too);
    const UniqueFd client = listener.connect(each.target);
    const UniqueFd accepted = listener.accept();
    const auto owner = peer_owner(accepted.get());
    ASSERT_TRUE(owner.has_value()) << owner.error().message;
    EXPECT_EQ(*owner, ::geteuid());
  }
}

TEST(PeerOwner, TellsConnectionsOfTwoUsersApart) {
  // Without the right to become somebody else, both are ours.
  const uid_t other = ::geteuid() == 0 ? kNobody : ::geteuid();
  const LoopbackListener listener("127.0.0.1");
  std::array<int, 2> hold{};
  ASSERT_EQ(::pipe2(hold.data(), O_CLOEXEC), 0);
  const UniqueFd hold_end(hold[0]);
  UniqueFd release(hold[1]);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    release.reset();
    if (::setuid(other) != 0) ::_exit(1);
    const UniqueFd client = listener.connect();
    char unused = 0;
    ::_exit(static_cast<int>(::read(hold_end.get(), &unused, 1)));
  }
  pollfd connected{.fd = listener.fd(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&connected, 1, 10'000), 1);
  const UniqueFd from_other = listener.accept();
  const UniqueFd client = listener.connect();
  const UniqueFd from_us = listener.accept();
  EXPECT_EQ(peer_owner(from_other.get()).value_or(0), other);
  EXPECT_EQ(peer_owner(from_us.get()).value_or(1), ::geteuid());
  release.reset();
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(PeerOwner, WhoSendsAndClosesAtOnceIsUnknown) {
  const LoopbackListener listener("127.0.0.1");
  UniqueFd client = listener.connect();
  ASSERT_EQ(::send(client.get(), "GET", 3, 0), 3);
  client.reset();
  const UniqueFd accepted = listener.accept();
  expect_unknown(peer_owner(accepted.get()), ErrorKind::Closed);
}

TEST(PeerOwner, WhoSendsAndResetsIsUnknown) {
  const LoopbackListener listener("::1");
  UniqueFd client = listener.connect();
  ASSERT_EQ(::send(client.get(), "GET", 3, 0), 3);
  const linger abort{.l_onoff = 1, .l_linger = 0};
  ASSERT_EQ(::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort), 0);
  client.reset();
  const UniqueFd accepted = listener.accept();
  expect_unknown(peer_owner(accepted.get()), ErrorKind::Closed);
}

TEST(PeerOwner, WhoHasClosedOneDirectionIsUnknown) {
  const LoopbackListener listener("127.0.0.1");
  const UniqueFd client = listener.connect();
  ASSERT_EQ(::shutdown(client.get(), SHUT_WR), 0);
  const UniqueFd accepted = listener.accept();
  expect_unknown(peer_owner(accepted.get()), ErrorKind::Closed);
}

TEST(PeerOwner, ALaterConnectionFromTheSamePortDoesNotAnswerForOneThatWasReset) {
  const LoopbackListener listener("127.0.0.1");
  UniqueFd first = listener.connect();
  const SocketAddress port = *SocketAddress::local_of(first.get());
  const SocketAddress target = *SocketAddress::peer_of(first.get());
  const UniqueFd accepted_first = listener.accept();
  const linger abort{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(first.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  first.reset();
  const UniqueFd second(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(second.get(), port.data(), port.size()), 0);
  ASSERT_EQ(::connect(second.get(), target.data(), target.size()), 0);
  const UniqueFd accepted_second = listener.accept();
  EXPECT_FALSE(peer_owner(accepted_first.get()).has_value());
  EXPECT_TRUE(peer_owner(accepted_second.get()).has_value());
}

TEST(PeerOwner, AnAddressThatIsNotLoopbackIsRefused) {
  tests::in_own_network({"link set lo up", "address add 192.0.2.1/32 dev lo"}, [] {
    const LoopbackListener listener("192.0.2.1");
    const UniqueFd client = listener.connect();
    const UniqueFd accepted = listener.accept();
    expect_unknown(peer_owner(accepted.get()), ErrorKind::Refused);
  });
}

TEST(PeerOwner, AUnixSocketTellsItself) {
  const auto pair = tlscore::make_socket_pair();
  EXPECT_EQ(peer_owner(pair->first.get()).value_or(1), ::geteuid());
}

TEST(PeerOwner, AUnixSocketWithoutAPeerIsUnknown) {
  const UniqueFd alone(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  expect_unknown(peer_owner(alone.get()), ErrorKind::Closed);
}

TEST(PeerOwner, WhatIsNoSocketIsAnError) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  expect_unknown(peer_owner(read_end.get()), ErrorKind::Internal);
}

}  // namespace
}  // namespace proxy
