// A loop around recvmsg, and what shuts the process off from the rest of the machine.
#include "tlscore/token/signer_process.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>

#include "tlscore/base/call_filter.h"
#include "tlscore/base/log.h"
#include "tlscore/base/received_descriptors.h"
#include "tlscore/token/signer_limits.h"
#include "tlscore/token/signer_messages.h"
#include "tlscore/token/signer_service.h"

namespace tlscore::token {
namespace {

constexpr std::size_t kReadBytes = 16UL * 1024;

bool is_local_stream_socket(int fd) {
  int domain = 0;
  int type = 0;
  socklen_t size = sizeof domain;
  if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX) return false;
  size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

void close_others(int keep) {
  const auto kept = static_cast<unsigned>(keep);
  if (kept > 3) static_cast<void>(::close_range(3, kept - 1, 0));
  static_cast<void>(::close_range(kept + 1, ~0U, 0));
}

/// No controlling terminal: a module or a PIN prompt must not be stopped as a background job, and Ctrl-C is
/// for whoever started us.
void leave_terminal() {
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (terminal) static_cast<void>(::ioctl(terminal.get(), TIOCNOTTY));
}

void shut_off(int socket_fd) {
  // Started as /proc/self/exe, it would be "exe" to whoever looks, card_holder.h among them.
  static_cast<void>(::prctl(PR_SET_NAME, "latchkey"));
  // SIGTERM and not SIGKILL at the parent's death: a terminal that we hold wants its echo back
  // (interruption.h).
  hide_process();
  static_cast<void>(::prctl(PR_SET_PDEATHSIG, SIGTERM));
  static_cast<void>(::setpgid(0, 0));
  leave_terminal();
  close_others(socket_fd);
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  // The client's end is non-blocking, ours blocks.
  static_cast<void>(::fcntl(socket_fd, F_SETFL, ::fcntl(socket_fd, F_GETFL) & ~O_NONBLOCK));
  static_cast<void>(::fcntl(socket_fd, F_SETFD, FD_CLOEXEC));
  start_pinentry_launcher();
}

/// Frames in and out; keeps the descriptor that came last.
class Connection {
 public:
  explicit Connection(int fd) : m_fd(fd) {}

  /// The next frame; nothing when the proxy has closed.
  Result<std::optional<Frame>> receive() {
    for (;;) {
      auto decoded = TRY(decode_frame(m_buffer));
      if (decoded) {
        m_buffer.erase(m_buffer.begin(), m_buffer.begin() + static_cast<std::ptrdiff_t>(decoded->wire_bytes));
        return std::move(decoded->frame);
      }
      if (!TRY(read_more())) return std::nullopt;
    }
  }

  Result<void> send(const Frame& frame) {
    Bytes octets;
    if (auto encoded = encode_frame(frame)) {
      octets = std::move(*encoded);
    } else {
      octets = TRY(encode_frame({frame.id, Failure{encoded.error(), PinTries::Enough}}));
    }
    ByteView left = octets;
    while (!left.empty()) {
      const ssize_t count = ::send(m_fd, left.data(), left.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return fail(ErrorKind::Closed, "the proxy has closed");
      left = left.subspan(static_cast<std::size_t>(count));
    }
    return {};
  }

  UniqueFd take_descriptor() { return std::move(m_descriptor); }

 private:
  Result<bool> read_more() {
    std::array<std::uint8_t, kReadBytes> chunk{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec vector{chunk.data(), chunk.size()};
    msghdr header{};
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    ssize_t count = 0;
    do {
      count = ::recvmsg(m_fd, &header, MSG_CMSG_CLOEXEC);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return fail(ErrorKind::Closed, "the proxy's socket broke");
    keep_descriptor(header);
    m_buffer.insert(m_buffer.end(), chunk.begin(), chunk.begin() + count);
    return count > 0;
  }

  void keep_descriptor(msghdr& header) {
    auto received = received_descriptors(header);
    if (received.size() == 1) m_descriptor = std::move(received.front());
  }

  int m_fd;
  Bytes m_buffer;
  UniqueFd m_descriptor;
};

Result<void> serve(int socket_fd, const KeySourceMaker& make_source) {
  Connection connection(socket_fd);
  std::uint32_t current = 0;
  const PersonAccess person{
      socket_fd, [&](bool shown) { static_cast<void>(connection.send({current, PinPrompt{shown}})); }};
  SignerService service(person, make_source);
  for (;;) {
    auto frame = TRY(connection.receive());
    if (!frame) return {};
    if (std::holds_alternative<Stop>(frame->message)) continue;  // came after the prompt had ended by itself
    current = frame->id;
    TRY(connection.send({current, service.answer(frame->message, connection.take_descriptor())}));
  }
}

}  // namespace

int run_signer(int socket_fd, const KeySourceMaker& make_source) {
  if (!is_local_stream_socket(socket_fd)) {
    std::cerr << "latchkey signer is started by Latchkey itself; it does nothing by hand\n";
    return 2;
  }
  shut_off(socket_fd);
  const auto served = serve(socket_fd, make_source);
  if (served || served.error().kind == ErrorKind::Closed) return 0;
  log(LogLevel::Error, "signer: " + served.error().message);
  return 1;
}

}  // namespace tlscore::token
