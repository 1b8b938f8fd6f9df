// A TCP listener on a port of the kernel's choice, for tests that need somebody to connect to.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <vector>

#include "proxy/socket_address.h"
#include "tlscore/base/unique_fd.h"

namespace tests {

class LoopbackListener {
 public:
  /// `v4_too`: a listener of IPv6 that also takes IPv4. A negative backlog: it is bound and does not listen.
  explicit LoopbackListener(std::string_view address, bool v4_too = false, int backlog = 16) {
    const auto wanted = *proxy::SocketAddress::parse(address, 0);
    m_fd = tlscore::UniqueFd(::socket(wanted.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int only_v6 = v4_too ? 0 : 1;
    if (wanted.family() == AF_INET6) {
      ::setsockopt(m_fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
    }
    EXPECT_EQ(::bind(m_fd.get(), wanted.data(), wanted.size()), 0) << address;
    if (backlog < 0) return;
    EXPECT_EQ(::listen(m_fd.get(), backlog), 0);
  }

  [[nodiscard]] int fd() const { return m_fd.get(); }
  [[nodiscard]] proxy::SocketAddress address() const { return *proxy::SocketAddress::local_of(m_fd.get()); }

  /// A connected client's socket.
  [[nodiscard]] tlscore::UniqueFd connect() const { return connect_to(address()); }
  /// The same, by another address of this machine.
  [[nodiscard]] tlscore::UniqueFd connect(std::string_view by) const {
    return connect_to(*proxy::SocketAddress::parse(by, address().port()));
  }

  /// The next connection; none when nobody has connected.
  [[nodiscard]] tlscore::UniqueFd accept() const {
    return tlscore::UniqueFd(::accept4(m_fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

 private:
  [[nodiscard]] static tlscore::UniqueFd connect_to(const proxy::SocketAddress& target) {
    tlscore::UniqueFd fd(::socket(target.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(fd.get(), target.data(), target.size()), 0) << target.text();
    return fd;
  }

  tlscore::UniqueFd m_fd;
};

/// An address that refuses every connection, and keeps its port from being anybody else's.
class RefusingAddress : public LoopbackListener {
 public:
  explicit RefusingAddress(std::string_view address) : LoopbackListener(address, false, -1) {}
};

/// An address that never answers: a listener whose queue is full drops what comes in.
class SilentAddress : public LoopbackListener {
 public:
  explicit SilentAddress(std::string_view address)
      : LoopbackListener(address, false, 0), m_filler(connect()) {}

 private:
  tlscore::UniqueFd m_filler;
};

}  // namespace tests
