// TCP by the dialer, UNIX sockets here.
#include "proxy/gate_backend.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>

#include "proxy/dialer.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Never waits: a UNIX socket takes a connection at once or not at all.
Result<UniqueFd> connect_socket(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) return fail(ErrorKind::TooLarge, "the socket's path is too long");
  std::ranges::copy(path, name.sun_path);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) return fd;
  return fail(ErrorKind::Unreachable, path + ": " + describe_errno(errno));
}

}  // namespace

Task<Result<std::unique_ptr<Socket>>> connect_backend(EventLoop& loop, GateBackend backend, Cancel& cancel) {
  UniqueFd fd;
  if (!backend.socket.empty()) {
    auto connected = connect_socket(backend.socket);
    if (!connected) co_return fail(connected.error());
    fd = std::move(*connected);
  } else {
    const AddressCheck any = [](const SocketAddress&) { return Result<void>(); };
    auto connected = co_await dial(loop, backend.text(), backend.addresses, any, cancel, DialLimits{});
    if (!connected) co_return fail(connected.error());
    fd = std::move(*connected);
  }
  co_return Socket::adopt(loop, std::move(fd));
}

}  // namespace proxy
