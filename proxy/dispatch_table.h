// The dispatcher's table: where each user's own daemon takes connections.
//
// The dispatcher has no right to look into anybody's folders, so nobody tells it a path: a user's program
// sends a descriptor of the socket (O_PATH), which lies in a folder of that user's alone. With it, and with
// nothing else, the socket can be connected to.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <utility>

#include "tlscore/base/result.h"
#include "tlscore/base/unique_fd.h"

namespace proxy {

class DispatchTable {
 public:
  static constexpr std::size_t kMaxUsers = 1024;

  /// Told of each entry with its descriptor, and with -1 when it is gone.
  using OnChange = std::function<void(uid_t user, int socket)>;

  explicit DispatchTable(OnChange on_change = nullptr) : m_on_change(std::move(on_change)) {}

  /// Takes over a descriptor of the socket at which `user` wants connections, in place of an earlier one.
  /// Fails with Malformed when it is no socket's name in a folder, with Refused when the socket belongs to
  /// somebody else, and with TooLarge when there are too many users already.
  [[nodiscard]] tlscore::Result<void> enter(uid_t user, tlscore::UniqueFd socket);

  /// Sends a copy of `client` there. Fails with NotFound when the user is not entered, with Unreachable when
  /// nobody listens any more (and forgets the socket), with Refused when it is somebody else who listens, and
  /// with TooLarge when whoever listens does not keep up. Never waits.
  [[nodiscard]] tlscore::Result<void> hand_over(uid_t user, int client);

  [[nodiscard]] bool has(uid_t user) const { return m_sockets.contains(user); }

 private:
  OnChange m_on_change;
  std::map<uid_t, tlscore::UniqueFd> m_sockets;
};

}  // namespace proxy
