// Connects to a socket that is known by a descriptor only.
#include "proxy/dispatch_table.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <string>

#include "proxy/descriptor_message.h"
#include "proxy/peer_owner.h"

namespace proxy {

using namespace tlscore;

Result<void> DispatchTable::enter(uid_t user, UniqueFd socket) {
  struct stat status{};
  if (::fstat(socket.get(), &status) != 0 || !S_ISSOCK(status.st_mode))
    return fail(ErrorKind::Malformed, "what was sent is no socket");
  // A socket in a folder belongs to whoever made it; who listens there is looked at each time.
  if (status.st_uid != user) return fail(ErrorKind::Refused, "the socket belongs to another user");
  if (m_sockets.size() >= kMaxUsers && !m_sockets.contains(user))
    return fail(ErrorKind::TooLarge, "too many users have entered");
  m_sockets[user] = std::move(socket);
  return {};
}

Result<void> DispatchTable::hand_over(uid_t user, int client) {
  const auto entered = m_sockets.find(user);
  if (entered == m_sockets.end()) return fail(ErrorKind::NotFound, "this user has no daemon");
  // The link in /proc leads to the socket itself, whatever folders stand before it.
  const auto connected = connect_for_messages("/proc/self/fd/" + std::to_string(entered->second.get()));
  if (!connected) {
    Error why = connected.error();
    if (why.kind == ErrorKind::Unreachable) m_sockets.erase(entered);
    return fail(std::move(why));
  }
  const uid_t listener = TRY(peer_owner(connected->get()));
  if (listener != user) return fail(ErrorKind::Refused, "another user listens at this user's socket");
  return send_descriptor(connected->get(), "client", client);
}

}  // namespace proxy
