// Accepts a gate's clients, from anywhere.
//
// Not for the proxy's own port (listener.h), which is for one user of this machine only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "proxy/socket_address.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/log_limit.h"

namespace proxy {

class GateListener {
 public:
  /// Called with a connection, non-blocking and closed on exec.
  using OnClient = std::function<void(tlscore::UniqueFd)>;

  /// Listens at an address. Fails with Refused; the sentence says why.
  static tlscore::Result<std::unique_ptr<GateListener>> start(tlscore::EventLoop& loop,
                                                              const SocketAddress& address,
                                                              OnClient on_client);
  GateListener(const GateListener&) = delete;
  GateListener& operator=(const GateListener&) = delete;
  ~GateListener() = default;

  /// As bound: with the kernel's choice where the port was 0.
  [[nodiscard]] const SocketAddress& address() const { return m_address; }

 private:
  GateListener(tlscore::EventLoop& loop, OnClient on_client)
      : m_loop(loop), m_on_client(std::move(on_client)) {}
  void pause();
  tlscore::Result<void> bind_to(const SocketAddress& address);
  static void on_accept(int fd, short what, void* self) noexcept;

  tlscore::EventLoop& m_loop;
  OnClient m_on_client;
  SocketAddress m_address;
  tlscore::UniqueFd m_fd;
  tlscore::Event m_accept;
  tlscore::LogLimit m_log_of_limit;
  std::unique_ptr<tlscore::Timer> m_pause;
};

}  // namespace proxy
