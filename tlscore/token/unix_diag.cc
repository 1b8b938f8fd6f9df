// Netlink structures in and out, in this machine's byte order.
#include "tlscore/token/unix_diag.h"

#include <linux/rtnetlink.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tlscore/base/sock_diag.h"

namespace tlscore::token {
namespace {

// Since Linux 5.3; the headers of a build may be older.
constexpr std::uint32_t kShowOwner = 0x40;
constexpr std::uint16_t kOwnerAttribute = 7;

void take_attribute(UnixSocket& socket, std::uint16_t type, ByteView value) {
  if (type == UNIX_DIAG_PEER) {
    socket.peer_inode = peek_netlink<std::uint32_t>(value).value_or(0);
  } else if (type == UNIX_DIAG_VFS) {
    if (const auto file = peek_netlink<unix_diag_vfs>(value))
      socket.bound_to = FileId{.device = file->udiag_vfs_dev, .inode = file->udiag_vfs_ino};
  } else if (type == kOwnerAttribute) {
    socket.owner = peek_netlink<std::uint32_t>(value);
  }
}

Result<UnixSocket> read_socket(ByteView body) {
  const auto fixed = peek_netlink<unix_diag_msg>(body);
  if (!fixed) return fail(ErrorKind::Malformed, "the kernel's answer about a UNIX socket is cut short");
  UnixSocket socket{.inode = fixed->udiag_ino};
  ByteView rest = behind_netlink(body, sizeof(unix_diag_msg));
  while (!rest.empty()) {
    const auto attribute = peek_netlink<rtattr>(rest);
    if (!attribute || attribute->rta_len < sizeof(rtattr) || attribute->rta_len > rest.size())
      return fail(ErrorKind::Malformed, "the kernel's answer about a UNIX socket has a broken attribute");
    take_attribute(socket, attribute->rta_type, rest.first(attribute->rta_len).subspan(sizeof(rtattr)));
    rest = behind_netlink(rest, attribute->rta_len);
  }
  return socket;
}

}  // namespace

Bytes encode_unix_diag_request(std::uint32_t sequence) {
  unix_diag_req question{};
  question.sdiag_family = AF_UNIX;
  question.udiag_states = std::uint32_t{1} << TCP_ESTABLISHED;
  question.udiag_show = UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | kShowOwner;
  const ByteView octets(reinterpret_cast<const std::uint8_t*>(&question), sizeof question);
  return encode_sock_diag_request(octets, true, sequence);
}

Result<bool> parse_unix_diag_answer(ByteView answer, std::uint32_t sequence,
                                    std::vector<UnixSocket>& sockets) {
  while (!answer.empty()) {
    const SockDiagMessage message = TRY(take_sock_diag_message(answer, sequence));
    if (message.kind == SockDiagKind::Done) return true;
    if (message.kind == SockDiagKind::Error)
      return fail(ErrorKind::Refused, "the kernel does not tell about UNIX sockets");
    sockets.push_back(TRY(read_socket(message.body)));
  }
  return false;
}

}  // namespace tlscore::token
