// One netlink socket for each question.
#include "tlscore/base/sock_diag.h"

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cerrno>

#include "tlscore/base/socket.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore {
namespace {

constexpr std::size_t kMaxAnswers = 4096;

/// What one receive brings, in `buffer`; the sender is looked at because any process may send to a netlink
/// socket.
Result<ByteView> receive(int netlink, Bytes& buffer) {
  sockaddr_nl sender{};
  socklen_t sender_length = sizeof sender;
  const ssize_t count = ::recvfrom(netlink, buffer.data(), buffer.size(), MSG_TRUNC,
                                   reinterpret_cast<sockaddr*>(&sender), &sender_length);
  if (count <= 0)
    return fail(ErrorKind::Internal, "the kernel's socket table does not answer: " + describe_errno(errno));
  if (sender.nl_pid != 0) return fail(ErrorKind::Malformed, "somebody else answered for the kernel");
  if (static_cast<std::size_t>(count) > buffer.size())
    return fail(ErrorKind::Malformed, "the kernel's answer about sockets is too long");
  return ByteView(buffer).first(static_cast<std::size_t>(count));
}

std::optional<SockDiagKind> kind_of(std::uint16_t type) {
  switch (type) {
    case SOCK_DIAG_BY_FAMILY: return SockDiagKind::Row;
    case NLMSG_DONE: return SockDiagKind::Done;
    case NLMSG_ERROR: return SockDiagKind::Error;
    default: return std::nullopt;
  }
}

}  // namespace

Bytes encode_sock_diag_request(ByteView question, bool dump, std::uint32_t sequence) {
  const int flags = dump ? NLM_F_REQUEST | NLM_F_DUMP : NLM_F_REQUEST;
  const nlmsghdr header{.nlmsg_len = static_cast<std::uint32_t>(sizeof(nlmsghdr) + question.size()),
                        .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                        .nlmsg_flags = static_cast<std::uint16_t>(flags),
                        .nlmsg_seq = sequence,
                        .nlmsg_pid = 0};
  Bytes encoded(sizeof header + question.size());
  std::memcpy(encoded.data(), &header, sizeof header);
  std::ranges::copy(question, encoded.begin() + sizeof header);
  return encoded;
}

Result<SockDiagMessage> take_sock_diag_message(ByteView& answer, std::uint32_t sequence) {
  const auto header = peek_netlink<nlmsghdr>(answer);
  if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > answer.size())
    return fail(ErrorKind::Malformed, "the kernel's answer about sockets is cut short");
  if (header->nlmsg_seq != sequence)
    return fail(ErrorKind::Malformed, "the kernel answered another question");
  const auto kind = kind_of(header->nlmsg_type);
  if (!kind) return fail(ErrorKind::Malformed, "the kernel's answer about sockets is no answer");
  const ByteView body = answer.first(header->nlmsg_len).subspan(sizeof(nlmsghdr));
  answer = behind_netlink(answer, header->nlmsg_len);
  return SockDiagMessage{.kind = *kind, .body = body};
}

Result<void> ask_sock_diag(ByteView request, std::size_t max_answer_bytes,
                           const std::function<Result<bool>(ByteView answer)>& take) {
  const UniqueFd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  if (!netlink || ::send(netlink.get(), request.data(), request.size(), 0) < 0)
    return fail(ErrorKind::Internal, "the kernel's socket table cannot be asked: " + describe_errno(errno));
  Bytes buffer(max_answer_bytes);
  for (std::size_t i = 0; i < kMaxAnswers; ++i) {
    const ByteView answer = TRY(receive(netlink.get(), buffer));
    if (TRY(take(answer))) return {};
  }
  return fail(ErrorKind::TooLarge, "the kernel's socket table has too many answers");
}

}  // namespace tlscore
