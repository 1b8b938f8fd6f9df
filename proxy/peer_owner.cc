// One question to NETLINK_SOCK_DIAG for each connection.
#include "proxy/peer_owner.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "proxy/inet_diag.h"
#include "proxy/socket_address.h"
#include "tlscore/base/sock_diag.h"
#include "tlscore/base/socket.h"

namespace proxy {
namespace {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::describe_errno;
using tlscore::Error;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::kSockDiagSequence;
using tlscore::Result;

Error closed() {
  return {ErrorKind::Closed,
          "the program at the other end has closed the connection, so its user is unknown"};
}

template <class T>
Result<T> socket_option(int fd, int level, int name) {
  T value{};
  socklen_t length = sizeof value;
  if (::getsockopt(fd, level, name, &value, &length) != 0) {
    return fail(ErrorKind::Internal, "a socket cannot be asked: " + describe_errno(errno));
  }
  return value;
}

Result<void> check_established(int fd) {
  const auto info = TRY(socket_option<tcp_info>(fd, IPPROTO_TCP, TCP_INFO));
  if (info.tcpi_state != TCP_ESTABLISHED) return fail(closed());
  return {};
}

Result<TcpRow> look_up(const TcpEnds& socket) {
  Result<TcpRow> found = fail(closed());
  const Bytes request = encode_inet_diag_request(socket, kSockDiagSequence);
  TRY(tlscore::ask_sock_diag(request, kMaxInetDiagBytes, [&](ByteView answer) -> Result<bool> {
    found = parse_inet_diag_answer(answer, socket, kSockDiagSequence);
    return true;
  }));
  return found;
}

Result<uid_t> tcp_peer_owner(int fd) {
  // The other end's view: its local address is our peer.
  const TcpEnds peer{.local = TRY(SocketAddress::peer_of(fd)).unmapped(),
                     .remote = TRY(SocketAddress::local_of(fd)).unmapped()};
  if (!peer.local.is_loopback() || !peer.remote.is_loopback()) {
    return fail(ErrorKind::Refused, "a connection that is not over loopback has no known user");
  }
  const TcpRow row = TRY(look_up(peer));
  if (row.state != TCP_ESTABLISHED || row.inode == 0) return fail(closed());
  // As long as our end is established, no other connection can have had these four addresses. Asked after the
  // look-up: else a peer could send, reset, and have somebody else's new connection answer for it.
  TRY(check_established(fd));
  return row.owner;
}

}  // namespace

Result<uid_t> peer_owner(int connected_fd) {
  const int domain = TRY(socket_option<int>(connected_fd, SOL_SOCKET, SO_DOMAIN));
  if (domain != AF_UNIX) return tcp_peer_owner(connected_fd);
  const auto credentials = TRY(socket_option<ucred>(connected_fd, SOL_SOCKET, SO_PEERCRED));
  if (credentials.uid == static_cast<uid_t>(-1)) return fail(closed());  // it never had a peer
  return credentials.uid;
}

}  // namespace proxy
