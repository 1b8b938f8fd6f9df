// The one port: accepts, finds out whose connection it is, and hands it on.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/config.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/log_limit.h"

namespace proxy {

/// Called with an accepted connection of this user's, non-blocking and closed on exec.
using OnClient = std::function<void(tlscore::UniqueFd)>;
/// Called with one of somebody else's, or of nobody known, and why.
using OnStranger = std::function<void(tlscore::UniqueFd, const tlscore::Error&)>;

/// Gives an accepted connection to the one or the other, by whose it is. Both come from the loop, as does
/// this.
void admit_client(tlscore::UniqueFd client, const OnClient& on_client, const OnStranger& on_stranger);

class Listener {
 public:
  /// Listens at an address. Fails with NotFound when the machine has no such address (IPv6 may be off), and
  /// with Refused when somebody else listens there; the sentence says who, as far as that can be told.
  static tlscore::Result<std::unique_ptr<Listener>> start(tlscore::EventLoop& loop,
                                                          const ListenAddress& address, OnClient on_client,
                                                          OnStranger on_stranger);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  /// As bound: with the kernel's choice where the port was 0.
  [[nodiscard]] const std::string& address() const { return m_address; }

 private:
  Listener(OnClient on_client, OnStranger on_stranger);
  static void on_accept(int fd, short what, void* self) noexcept;
  tlscore::Result<void> bind_to(const ListenAddress& address);

  OnClient m_on_client;
  OnStranger m_on_stranger;
  std::string m_address;
  std::string m_socket_path;  ///< Of a UNIX socket: taken away at the end.
  tlscore::UniqueFd m_fd;
  tlscore::Event m_accept;
  tlscore::LogLimit m_log_of_limit;
};

}  // namespace proxy
