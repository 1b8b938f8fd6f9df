// connect, sendmsg, recv.
#include "proxy/control_client.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "proxy/control_server.h"
#include "proxy/paths.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

/// The kind that the daemon named, as far as commands tell kinds apart.
ErrorKind kind_of(const std::string& name) {
  for (const ErrorKind kind :
       {ErrorKind::WrongPin, ErrorKind::Refused, ErrorKind::Untrusted, ErrorKind::Disarmed,
        ErrorKind::NotFound, ErrorKind::Malformed, ErrorKind::Unsupported, ErrorKind::Cancelled,
        ErrorKind::TimedOut, ErrorKind::Unreachable}) {
    if (name == to_string(kind)) return kind;
  }
  return ErrorKind::Internal;
}

Result<void> send_with_descriptor(int socket, const std::string& text, int descriptor) {
  iovec octets{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &octets;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
  }
  const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(text.size())) return fail(ErrorKind::Closed, "the daemon does not listen");
  return {};
}

}  // namespace

Result<std::string> control_socket_path() {
  const std::string folder = TRY(make_runtime_folder(BaseFolders::of_this_process()));
  return folder + "/control.sock";
}

Result<ControlClient> ControlClient::connect() {
  const std::string path = TRY(control_socket_path());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorKind::TooLarge, path + " is too long for a socket");
  std::ranges::copy(path, address.sun_path);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail(ErrorKind::Unreachable, "Latchkey is not running: start it with `latchkey run`");
  }
  return ControlClient(std::move(fd));
}

Result<json> ControlClient::ask(const json& request, int descriptor) {
  TRY(send_with_descriptor(m_fd.get(), request.dump() + "\n", descriptor));
  std::array<char, 4096> piece{};
  std::size_t end = m_pending.find('\n');
  while (end == std::string::npos) {
    const ssize_t count = ::recv(m_fd.get(), piece.data(), piece.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(ErrorKind::Closed, "Latchkey ended before it answered");
    m_pending.append(piece.data(), static_cast<std::size_t>(count));
    if (m_pending.size() > kMaxControlBytes)
      return fail(ErrorKind::TooLarge, "the daemon's answer is too long");
    end = m_pending.find('\n');
  }
  json answer = json::parse(m_pending.substr(0, end), nullptr, false);
  m_pending.erase(0, end + 1);
  if (!answer.is_object())
    return fail(ErrorKind::Malformed, "the daemon answered something that is no JSON object");
  if (answer.value("ok", false)) return answer;
  return fail(kind_of(answer.value("kind", "")), answer.value("error", "the daemon gave no reason"));
}

}  // namespace proxy
