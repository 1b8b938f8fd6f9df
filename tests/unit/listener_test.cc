// What an accepted connection is like.
#include "proxy/listener.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "proxy/socket_address.h"

namespace proxy {
namespace {

using namespace tlscore;

TEST(Listener, WhatItAcceptsOverTcpIsNotHeldBack) {
  const auto loop = *EventLoop::create();
  std::optional<UniqueFd> accepted;
  const ListenAddress address{.address = "127.0.0.1"};
  const auto listener = Listener::start(
      *loop, address, [&](UniqueFd client) { accepted = std::move(client); },
      [](UniqueFd, const Error& why) { ADD_FAILURE() << why.message; });
  ASSERT_TRUE(listener.has_value());
  const std::string& bound = (*listener)->address();
  const auto port = static_cast<std::uint16_t>(std::stoi(bound.substr(bound.rfind(':') + 1)));
  const auto server = *SocketAddress::parse("127.0.0.1", port);
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), server.data(), server.size()), 0);
  bool timed_out = false;
  const auto limit = loop->after(std::chrono::seconds(10), [&] { timed_out = true; });
  while (!timed_out && !accepted) event_base_loop(loop->base(), EVLOOP_ONCE);
  ASSERT_TRUE(accepted);
  int no_delay = 0;
  socklen_t length = sizeof no_delay;
  ASSERT_EQ(::getsockopt(accepted->get(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &length), 0);
  EXPECT_EQ(no_delay, 1);
  std::array<char, 16> control{};
  length = control.size();
  ASSERT_EQ(::getsockopt(accepted->get(), IPPROTO_TCP, TCP_CONGESTION, control.data(), &length), 0);
  EXPECT_STREQ(control.data(), "reno") << "no pacing on loopback, whatever the machine's default";
}

}  // namespace
}  // namespace proxy
