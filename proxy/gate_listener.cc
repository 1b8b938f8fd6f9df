// bind, listen, accept.
#include "proxy/gate_listener.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "tlscore/base/log.h"
#include "tlscore/base/socket.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr int kBacklog = 512;
constexpr int kAcceptsInOneTurn = 64;

}  // namespace

Result<void> GateListener::bind_to(const SocketAddress& address) {
  const int yes = 1;
  m_fd.reset(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const bool listens = m_fd && ::setsockopt(m_fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                       ::bind(m_fd.get(), address.data(), address.size()) == 0 &&
                       ::listen(m_fd.get(), kBacklog) == 0;
  if (!listens) {
    return fail(ErrorKind::Refused, "cannot listen at " + address.text() + ": " + describe_errno(errno));
  }
  m_address = TRY(SocketAddress::local_of(m_fd.get()));
  return {};
}

Result<std::unique_ptr<GateListener>> GateListener::start(EventLoop& loop, const SocketAddress& address,
                                                          OnClient on_client) {
  std::unique_ptr<GateListener> listener(new GateListener(loop, std::move(on_client)));
  TRY(listener->bind_to(address));
  listener->m_accept.reset(
      event_new(loop.base(), listener->m_fd.get(), EV_READ | EV_PERSIST, on_accept, listener.get()));
  if (!listener->m_accept || event_add(listener->m_accept.get(), nullptr) != 0) {
    return fail(ErrorKind::Internal, "the gate's port cannot be watched");
  }
  return listener;
}

/// The queue stays as it is, and would call again at once.
void GateListener::pause() {
  constexpr std::chrono::milliseconds kPause{100};
  m_log_of_limit.log(LogLevel::Error, "no descriptors are left to accept with");
  static_cast<void>(event_del(m_accept.get()));
  m_pause = m_loop.after(kPause, [this] { static_cast<void>(event_add(m_accept.get(), nullptr)); });
}

void GateListener::on_accept(int fd, short /*what*/, void* self) noexcept {
  auto& listener = *static_cast<GateListener*>(self);
  for (int i = 0; i < kAcceptsInOneTurn; ++i) {
    UniqueFd client(::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client && (errno == EMFILE || errno == ENFILE)) listener.pause();
    if (!client) return;
    const int on = 1;
    static_cast<void>(::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    listener.m_on_client(std::move(client));
  }
}

}  // namespace proxy
