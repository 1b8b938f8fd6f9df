// bind, listen, accept; and the question of whose connection it is.
#include "proxy/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "proxy/peer_owner.h"
#include "proxy/socket_address.h"
#include "tlscore/base/log.h"
#include "tlscore/base/socket.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr int kBacklog = 512;
constexpr int kAcceptsInOneTurn = 64;

Error bind_error(const std::string& address, int number) {
  const ErrorKind kind =
      number == EADDRNOTAVAIL || number == EAFNOSUPPORT ? ErrorKind::NotFound : ErrorKind::Refused;
  std::string message = "cannot listen at " + address + ": " + describe_errno(number);
  if (number == EADDRINUSE) message += "; is Latchkey running already? (`latchkey status` tells)";
  return {kind, message};
}

/// What an earlier process left; nothing but a socket, should the path be mistaken.
void remove_socket(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode))
    static_cast<void>(::unlink(path.c_str()));
}

}  // namespace

void admit_client(UniqueFd client, const OnClient& on_client, const OnStranger& on_stranger) {
  const auto owner = peer_owner(client.get());
  if (!owner) {
    on_stranger(std::move(client), owner.error());
  } else if (*owner != ::geteuid()) {
    on_stranger(std::move(client), {ErrorKind::Refused, "user " + std::to_string(*owner) + " connected"});
  } else {
    on_client(std::move(client));
  }
}

Listener::Listener(OnClient on_client, OnStranger on_stranger)
    : m_on_client(std::move(on_client)), m_on_stranger(std::move(on_stranger)) {}

Listener::~Listener() {
  if (!m_socket_path.empty()) static_cast<void>(::unlink(m_socket_path.c_str()));
}

Result<void> Listener::bind_to(const ListenAddress& address) {
  if (address.is_unix) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (address.address.size() >= sizeof name.sun_path)
      return fail(ErrorKind::TooLarge, "the socket's path is too long");
    std::ranges::copy(address.address, name.sun_path);
    m_fd.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    remove_socket(address.address);
    if (::bind(m_fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
        ::chmod(address.address.c_str(), S_IRUSR | S_IWUSR) != 0) {
      return fail(bind_error(address.text(), errno));
    }
    m_socket_path = address.address;
    m_address = address.address;
    return {};
  }
  const SocketAddress wanted = TRY(SocketAddress::parse(address.address, address.port));
  m_fd.reset(::socket(wanted.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!m_fd) return fail(bind_error(address.text(), errno));
  const int yes = 1;
  static_cast<void>(::setsockopt(m_fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
  // What is accepted inherits both. An answer does not wait for the acknowledgement of what went before; and
  // nothing is paced, as BBR would, by the rate of a client that asked for little until now: loopback has no
  // congestion.
  static_cast<void>(::setsockopt(m_fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes));
  static_cast<void>(::setsockopt(m_fd.get(), IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
  if (::bind(m_fd.get(), wanted.data(), wanted.size()) != 0) return fail(bind_error(address.text(), errno));
  m_address = TRY(SocketAddress::local_of(m_fd.get())).text();
  return {};
}

Result<std::unique_ptr<Listener>> Listener::start(EventLoop& loop, const ListenAddress& address,
                                                  OnClient on_client, OnStranger on_stranger) {
  std::unique_ptr<Listener> listener(new Listener(std::move(on_client), std::move(on_stranger)));
  TRY(listener->bind_to(address));
  if (::listen(listener->m_fd.get(), kBacklog) != 0) return fail(bind_error(address.text(), errno));
  listener->m_accept.reset(
      event_new(loop.base(), listener->m_fd.get(), EV_READ | EV_PERSIST, on_accept, listener.get()));
  if (!listener->m_accept || event_add(listener->m_accept.get(), nullptr) != 0) {
    return fail(ErrorKind::Internal, "the port cannot be watched");
  }
  return listener;
}

void Listener::on_accept(int fd, short /*what*/, void* self) noexcept {
  auto& listener = *static_cast<Listener*>(self);
  for (int i = 0; i < kAcceptsInOneTurn; ++i) {
    UniqueFd client(::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client && (errno == EMFILE || errno == ENFILE))
      listener.m_log_of_limit.log(LogLevel::Error, "no descriptors are left to accept with");
    if (!client) return;
    admit_client(std::move(client), listener.m_on_client, listener.m_on_stranger);
  }
}

}  // namespace proxy
