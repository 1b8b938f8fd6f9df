// The daemon's side of a machine whose port a dispatcher holds (dispatcher.h): entered there, and given
// connections.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/dispatch_entry.h"
#include "proxy/handed_clients.h"

namespace proxy {

class DispatchedPort {
 public:
  /// Enters with the dispatcher at `dispatcher` the one of `handed` (udev::take_handed_descriptors) that is
  /// for it, else a socket of our own, "proxy.sock" in the runtime folder. Waits for an answer for a few
  /// seconds.
  ///
  /// Fails as enter_dispatcher does: with Unreachable on a machine without a dispatcher; as
  /// listen_for_messages does; and with Internal. In each case we have to listen ourselves.
  static tlscore::Result<std::unique_ptr<DispatchedPort>> start(tlscore::EventLoop& loop,
                                                                const std::string& dispatcher,
                                                                std::vector<tlscore::UniqueFd> handed,
                                                                OnClient on_client, OnStranger on_stranger);
  ~DispatchedPort();
  DispatchedPort(const DispatchedPort&) = delete;
  DispatchedPort& operator=(const DispatchedPort&) = delete;

  /// Where the dispatcher holds the port: "127.0.0.1:6091".
  [[nodiscard]] const std::vector<std::string>& addresses() const { return m_clients->addresses(); }
  /// Who the dispatcher runs as: whoever asks who answers at the port finds this user.
  [[nodiscard]] uid_t dispatcher() const { return m_dispatcher; }

  /// Takes no more. To be called before the end, a turn of the loop at least.
  void stop();

 private:
  DispatchedPort() = default;

  std::string m_own_path;  ///< Of a socket that we made: taken away at the end.
  uid_t m_dispatcher = 0;
  std::unique_ptr<HandedClients> m_clients;
  std::unique_ptr<DispatchEntry> m_entry;
};

}  // namespace proxy
