// recv, send and the edges between them.
#include "tlscore/base/socket.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "tlscore/base/received_descriptors.h"

namespace tlscore {

Result<std::unique_ptr<Socket>> Socket::adopt(EventLoop& loop, UniqueFd fd) {
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
    return fail(ErrorKind::Internal, "a socket cannot be used: " + describe_errno(errno));
  }
  std::unique_ptr<Socket> socket(new Socket(loop, std::move(fd)));
  socket->m_event.reset(event_new(loop.base(), socket->m_fd.get(), EV_READ | EV_WRITE | EV_PERSIST | EV_ET,
                                  on_event, socket.get()));
  if (!socket->m_event || event_add(socket->m_event.get(), nullptr) != 0) {
    return fail(ErrorKind::Internal, "a socket cannot be watched");
  }
  return socket;
}

void Socket::on_event(int /*fd*/, short what, void* self) noexcept {
  auto& socket = *static_cast<Socket*>(self);
  const bool can_read = (what & EV_READ) != 0;
  const bool can_write = (what & EV_WRITE) != 0;
  if (can_read) socket.m_may_read = true;
  if (can_write) socket.m_may_write = true;
  if (can_read && socket.m_reader) std::exchange(socket.m_reader, std::nullopt)->settle({});
  if (can_write && socket.m_writer) std::exchange(socket.m_writer, std::nullopt)->settle({});
  if (socket.m_listener) socket.m_listener(can_read, can_write);
}

void Socket::on_ready(std::move_only_function<void(bool, bool)> listener) {
  m_listener = std::move(listener);
}

Result<std::optional<std::size_t>> Socket::try_read(std::span<std::uint8_t> buffer) {
  if (!m_fd) return fail(ErrorKind::Closed, "the connection was closed");
  for (;;) {
    const ssize_t count = ::recv(m_fd.get(), buffer.data(), buffer.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return fail(ErrorKind::Closed, describe_errno(errno));
    m_may_read = false;
    return std::nullopt;
  }
}

Result<std::optional<std::size_t>> Socket::try_read_with_descriptor(std::span<std::uint8_t> buffer,
                                                                    UniqueFd& descriptor) {
  if (!m_fd) return fail(ErrorKind::Closed, "the connection was closed");
  iovec octets{.iov_base = buffer.data(), .iov_len = buffer.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(4 * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &octets;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t count = ::recvmsg(m_fd.get(), &message, MSG_CMSG_CLOEXEC);
  if (count < 0 && errno != EAGAIN && errno != EINTR) return fail(ErrorKind::Closed, describe_errno(errno));
  if (count < 0) {
    m_may_read = errno == EINTR;
    return std::nullopt;
  }
  auto received = received_descriptors(message);
  if (!descriptor && !received.empty()) descriptor = std::move(received.front());
  return static_cast<std::size_t>(count);
}

Result<std::size_t> Socket::try_write(ByteView bytes) {
  if (!m_fd) return fail(ErrorKind::Closed, "the connection was closed");
  for (;;) {
    const ssize_t count = ::send(m_fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return fail(ErrorKind::Closed, describe_errno(errno));
    m_may_write = false;
    return std::size_t{0};
  }
}

Task<Result<void>> Socket::readable(Cancel& cancel, TimeLimit limit) {
  if (!m_fd) co_return fail(ErrorKind::Closed, "the connection was closed");
  if (m_may_read) co_return Result<void>();
  const Promise<void> ready(m_loop);
  m_reader = ready;
  co_return co_await ready.wait(cancel, limit);
}

Task<Result<void>> Socket::writable(Cancel& cancel, TimeLimit limit) {
  if (!m_fd) co_return fail(ErrorKind::Closed, "the connection was closed");
  if (m_may_write) co_return Result<void>();
  const Promise<void> ready(m_loop);
  m_writer = ready;
  co_return co_await ready.wait(cancel, limit);
}

Task<Result<void>> Socket::finish_writing(Cancel& /*cancel*/, TimeLimit /*limit*/) {
  // What send() took is the kernel's to deliver; shutdown() puts the end behind it.
  if (m_fd && ::shutdown(m_fd.get(), SHUT_WR) != 0 && errno != ENOTCONN) {
    co_return fail(ErrorKind::Closed, describe_errno(errno));
  }
  co_return Result<void>();
}

void Socket::close(bool reset) {
  if (!m_fd) return;
  if (reset) {
    // An abortive close (RFC 9293, section 3.10.5): the peer sees a reset, and nothing that is queued goes
    // out.
    const linger abort{.l_onoff = 1, .l_linger = 0};
    static_cast<void>(::setsockopt(m_fd.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort));
  }
  m_event.reset();
  m_fd.reset();
  const auto closed = [] { return fail(ErrorKind::Closed, "the connection was closed"); };
  if (m_reader) std::exchange(m_reader, std::nullopt)->settle(closed());
  if (m_writer) std::exchange(m_writer, std::nullopt)->settle(closed());
}

Result<std::pair<UniqueFd, UniqueFd>> make_socket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return fail(ErrorKind::Internal, "no socket pair can be made: " + describe_errno(errno));
  }
  return std::pair(UniqueFd(fds[0]), UniqueFd(fds[1]));
}

std::string describe_errno(int number) {
  std::array<char, 128> buffer{};
  return ::strerror_r(number, buffer.data(), buffer.size());
}

}  // namespace tlscore
