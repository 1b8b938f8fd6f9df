// Connections that somebody else has accepted for us: the dispatcher (dispatcher.h) hands them over at
// "proxy.sock" in the runtime folder, which systemd may have made for us (latchkey.socket).
//
// Who hands over counts for nothing: a connection is taken for what the kernel says it is. It has to lead to
// one of the addresses that the dispatcher holds, and its other end has to be this user's, as if we had
// accepted it ourselves. So nobody can give us a connection that was made to another program.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/listener.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/descriptor_watch.h"
#include "tlscore/base/task.h"

namespace proxy {

class HandedClients {
 public:
  static constexpr std::size_t kMaxConversations =
      256;  ///< With whoever hands over; beyond them nobody is accepted.

  /// Takes over a listening socket (UNIX, SOCK_SEQPACKET). `addresses` are those of the port. Fails with
  /// Internal.
  static tlscore::Result<std::unique_ptr<HandedClients>> start(tlscore::EventLoop& loop,
                                                               tlscore::UniqueFd socket,
                                                               std::vector<std::string> addresses,
                                                               OnClient on_client, OnStranger on_stranger);
  ~HandedClients();
  HandedClients(const HandedClients&) = delete;
  HandedClients& operator=(const HandedClients&) = delete;

  /// Takes no more. To be called before the end, a turn of the loop at least.
  void stop();

  [[nodiscard]] const std::vector<std::string>& addresses() const { return m_addresses; }

 private:
  HandedClients(tlscore::EventLoop& loop, std::vector<std::string> addresses, OnClient on_client,
                OnStranger on_stranger);
  void accept();
  tlscore::Task<void> take(tlscore::UniqueFd conversation);
  void judge(tlscore::UniqueFd client);

  tlscore::EventLoop& m_loop;
  std::vector<std::string> m_addresses;
  OnClient m_on_client;
  OnStranger m_on_stranger;
  std::size_t m_conversations = 0;
  tlscore::Cancel m_cancel;
  tlscore::UniqueFd m_socket;
  std::unique_ptr<tlscore::DescriptorWatch> m_watch;
};

/// Is it a TCP connection, and its own end one of `addresses`? Fails with Refused, or with Closed when it has
/// ended.
[[nodiscard]] tlscore::Result<void> check_handed_client(int fd, const std::vector<std::string>& addresses);

}  // namespace proxy
