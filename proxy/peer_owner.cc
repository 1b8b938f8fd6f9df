// One question to NETLINK_SOCK_DIAG for each connection.
#include "proxy/peer_owner.h"

#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "proxy/inet_diag.h"
#include "proxy/socket_address.h"
#include "tlscore/base/socket.h"
#include "tlscore/base/unique_fd.h"

namespace proxy {
namespace {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::describe_errno;
using tlscore::Error;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::UniqueFd;

constexpr std::uint32_t kSequence = 1;  // of the only request on a netlink socket

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

/// The kernel works on a request within send(), so its answer is there when that returns.
Result<TcpRow> look_up(const TcpEnds& socket) {
  const UniqueFd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  const Bytes request = encode_inet_diag_request(socket, kSequence);
  if (!netlink || ::send(netlink.get(), request.data(), request.size(), 0) < 0) {
    return fail(ErrorKind::Internal, "the kernel's socket table cannot be asked: " + describe_errno(errno));
  }
  std::array<std::uint8_t, kMaxInetDiagBytes> buffer{};
  sockaddr_nl sender{};
  socklen_t sender_length = sizeof sender;
  const ssize_t count = ::recvfrom(netlink.get(), buffer.data(), buffer.size(), MSG_TRUNC,
                                   reinterpret_cast<sockaddr*>(&sender), &sender_length);
  if (count < 0) {
    return fail(ErrorKind::Internal, "the kernel's socket table does not answer: " + describe_errno(errno));
  }
  if (sender.nl_pid != 0) return fail(ErrorKind::Malformed, "somebody else answered for the kernel");
  if (static_cast<std::size_t>(count) > buffer.size()) {
    return fail(ErrorKind::Malformed, "the kernel's answer about a connection is too long");
  }
  return parse_inet_diag_answer(ByteView(buffer).first(static_cast<std::size_t>(count)), socket, kSequence);
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
