// sendmsg, recvmsg, and the control data beside the octets.
#include "proxy/descriptor_message.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "tlscore/base/received_descriptors.h"
#include "tlscore/base/socket.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr int kBacklog = 256;
constexpr mode_t kEverybody = 0666;

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorKind::TooLarge, path + " is too long for a socket");
  std::ranges::copy(path, address.sun_path);
  return address;
}

UniqueFd make_socket() {
  return UniqueFd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

}  // namespace

Result<UniqueFd> listen_for_messages(const std::string& path) {
  const sockaddr_un address = TRY(address_of(path));
  if (connect_for_messages(path))
    return fail(ErrorKind::Refused, "another program listens at " + path + " (latchkey.socket of systemd?)");
  static_cast<void>(::unlink(path.c_str()));
  UniqueFd fd = make_socket();
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), kEverybody) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return fail(ErrorKind::Internal, path + ": " + describe_errno(errno));
  }
  return fd;
}

Result<UniqueFd> connect_for_messages(const std::string& path) {
  const sockaddr_un address = TRY(address_of(path));
  UniqueFd fd = make_socket();
  if (!fd) return fail(ErrorKind::Internal, "there is no socket: " + describe_errno(errno));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  const std::string why = path + ": " + describe_errno(errno);
  if (errno == ENOENT || errno == ECONNREFUSED) return fail(ErrorKind::Unreachable, why);
  if (errno == EAGAIN) return fail(ErrorKind::TooLarge, why);
  return fail(ErrorKind::Internal, why);
}

Result<void> send_descriptor(int socket, std::string_view text, int descriptor) {
  iovec octets{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &octets;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
  if (::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return {};
  // ETOOMANYREFS: that many descriptors of ours are on their way already.
  const bool full = errno == EAGAIN || errno == ETOOMANYREFS || errno == ENOBUFS;
  return fail(full ? ErrorKind::TooLarge : ErrorKind::Closed, describe_errno(errno));
}

Result<std::optional<DescriptorMessage>> take_message(int socket) {
  std::array<char, kMaxDescriptorMessageBytes> text{};
  iovec octets{.iov_base = text.data(), .iov_len = text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(4 * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &octets;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (count < 0) return fail(ErrorKind::Closed, describe_errno(errno));
  DescriptorMessage taken;
  taken.text.assign(text.data(), static_cast<std::size_t>(count));
  auto received = received_descriptors(message);
  if (!received.empty()) taken.descriptor = std::move(received.front());
  return taken;
}

}  // namespace proxy
