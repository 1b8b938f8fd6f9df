// Netlink structures in and out, in this machine's byte order.
#include "tlscore/token/unix_diag.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

namespace tlscore::token {
namespace {

// Since Linux 5.3; the headers of a build may be older.
constexpr std::uint32_t kShowOwner = 0x40;
constexpr std::uint16_t kOwnerAttribute = 7;

/// What stands at the front of `input`; nothing when that is too short.
template <class T>
std::optional<T> peek(ByteView input) {
  if (input.size() < sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, input.data(), sizeof value);
  return value;
}

/// Drops `size` octets and what pads them.
ByteView behind(ByteView input, std::size_t size) {
  constexpr std::size_t kAlignment = 4;
  const std::size_t padded = (size + kAlignment - 1) / kAlignment * kAlignment;
  return input.subspan(std::min(padded, input.size()));
}

void take_attribute(UnixSocket& socket, std::uint16_t type, ByteView value) {
  if (type == UNIX_DIAG_PEER) {
    socket.peer_inode = peek<std::uint32_t>(value).value_or(0);
  } else if (type == UNIX_DIAG_VFS) {
    if (const auto file = peek<unix_diag_vfs>(value))
      socket.bound_to = FileId{.device = file->udiag_vfs_dev, .inode = file->udiag_vfs_ino};
  } else if (type == kOwnerAttribute) {
    socket.owner = peek<std::uint32_t>(value);
  }
}

Result<UnixSocket> read_socket(ByteView body) {
  const auto fixed = peek<unix_diag_msg>(body);
  if (!fixed) return fail(ErrorKind::Malformed, "the kernel's answer about a UNIX socket is cut short");
  UnixSocket socket{.inode = fixed->udiag_ino};
  ByteView rest = behind(body, sizeof(unix_diag_msg));
  while (!rest.empty()) {
    const auto attribute = peek<rtattr>(rest);
    if (!attribute || attribute->rta_len < sizeof(rtattr) || attribute->rta_len > rest.size())
      return fail(ErrorKind::Malformed, "the kernel's answer about a UNIX socket has a broken attribute");
    take_attribute(socket, attribute->rta_type, rest.first(attribute->rta_len).subspan(sizeof(rtattr)));
    rest = behind(rest, attribute->rta_len);
  }
  return socket;
}

}  // namespace

Bytes encode_unix_diag_request(std::uint32_t sequence) {
  struct {
    nlmsghdr header;
    unix_diag_req question;
  } message{};
  message.header = {.nlmsg_len = sizeof message,
                    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                    .nlmsg_seq = sequence,
                    .nlmsg_pid = 0};
  message.question.sdiag_family = AF_UNIX;
  message.question.udiag_states = std::uint32_t{1} << TCP_ESTABLISHED;
  message.question.udiag_show = UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | kShowOwner;
  Bytes encoded(sizeof message);
  std::memcpy(encoded.data(), &message, sizeof message);
  return encoded;
}

Result<bool> parse_unix_diag_answer(ByteView answer, std::uint32_t sequence,
                                    std::vector<UnixSocket>& sockets) {
  while (!answer.empty()) {
    const auto header = peek<nlmsghdr>(answer);
    if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > answer.size())
      return fail(ErrorKind::Malformed, "the kernel's answer about UNIX sockets is cut short");
    if (header->nlmsg_seq != sequence)
      return fail(ErrorKind::Malformed, "the kernel answered another question");
    if (header->nlmsg_type == NLMSG_DONE) return true;
    if (header->nlmsg_type == NLMSG_ERROR)
      return fail(ErrorKind::Refused, "the kernel does not tell about UNIX sockets");
    if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
      return fail(ErrorKind::Malformed, "the kernel's answer about UNIX sockets is no answer");
    sockets.push_back(TRY(read_socket(answer.first(header->nlmsg_len).subspan(sizeof(nlmsghdr)))));
    answer = behind(answer, header->nlmsg_len);
  }
  return false;
}

}  // namespace tlscore::token
