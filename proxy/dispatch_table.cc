// Connects to a socket that is known by a descriptor only.
#include "proxy/dispatch_table.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <string>

#include "proxy/descriptor_message.h"
#include "proxy/peer_owner.h"

namespace proxy {

using namespace tlscore;

namespace {

/// One that is held open keeps its number, so nothing else has it.
bool is_same(const struct stat& status, int other) {
  struct stat known{};
  return ::fstat(other, &known) == 0 && known.st_dev == status.st_dev && known.st_ino == status.st_ino;
}

}  // namespace

Result<void> DispatchTable::enter(uid_t user, UniqueFd socket) {
  struct stat status{};
  if (::fstat(socket.get(), &status) != 0 || !S_ISSOCK(status.st_mode))
    return fail(ErrorKind::Malformed, "what was sent is no socket");
  // A socket in a folder belongs to whoever made it; who listens there is looked at each time.
  if (status.st_uid != user) return fail(ErrorKind::Refused, "the socket belongs to another user");
  const auto known = m_sockets.find(user);
  if (known != m_sockets.end() && is_same(status, known->second.get())) return {};
  if (m_sockets.size() >= kMaxUsers && known == m_sockets.end())
    return fail(ErrorKind::TooLarge, "too many users have entered");
  const int entered = socket.get();
  m_sockets[user] = std::move(socket);
  if (m_on_change) m_on_change(user, entered);
  return {};
}

Result<void> DispatchTable::hand_over(uid_t user, int client) {
  const auto entered = m_sockets.find(user);
  if (entered == m_sockets.end()) return fail(ErrorKind::NotFound, "this user has no daemon");
  // The link in /proc leads to the socket itself, whatever folders stand before it.
  const auto connected = connect_for_messages("/proc/self/fd/" + std::to_string(entered->second.get()));
  if (!connected) {
    Error why = connected.error();
    if (why.kind == ErrorKind::Unreachable) {
      m_sockets.erase(entered);
      if (m_on_change) m_on_change(user, -1);
    }
    return fail(std::move(why));
  }
  const uid_t listener = TRY(peer_owner(connected->get()));
  if (listener != user) return fail(ErrorKind::Refused, "another user listens at this user's socket");
  return send_descriptor(connected->get(), "client", client);
}

}  // namespace proxy
