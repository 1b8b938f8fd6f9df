// A name server that we ask, and one question to it: by UDP, and by TCP where that is not enough.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/cancel.h"
#include "tlscore/base/future.h"
#include "tlscore/base/task.h"
#include "tlscore/dns/message.h"

namespace tlscore::dns {

/// An address and a port.
class Server {
 public:
  /// `address` is a literal, IPv6 without brackets and possibly with a zone ("fe80::1%eth0"). Fails with
  /// Malformed.
  static Result<Server> parse(const std::string& address, std::uint16_t port);

  /// "192.0.2.1:53", "[2001:db8::1]:53".
  [[nodiscard]] const std::string& text() const { return m_text; }
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&m_address); }
  [[nodiscard]] socklen_t size() const { return m_size; }

 private:
  Server() = default;

  sockaddr_storage m_address{};
  socklen_t m_size = 0;
  std::string m_text;
};

/// The servers of a resolv.conf (resolv.conf(5)), three at most as glibc has it; without any, that of this
/// machine. Lines that cannot be read are left out.
[[nodiscard]] std::vector<Server> parse_resolv_conf(std::string_view text);

/// Asks `server` once, from a fresh port, with a fresh id and fresh capitals, and again by TCP where the
/// answer was truncated, or came with other capitals than were sent (some servers fold them). Answers that
/// belong to another question are dropped.
///
/// Fails with TimedOut, Unreachable (nobody is there, or what came cannot be read), or as `cancel` says.
[[nodiscard]] Task<Result<Message>> ask_server(EventLoop& loop, Server server, Question question, Ask ask,
                                               Cancel& cancel, std::chrono::milliseconds limit);

}  // namespace tlscore::dns
