// Accepts, checks who it is, reads lines.
#include "proxy/control_server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "proxy/control_commands.h"
#include "proxy/peer_owner.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorKind::TooLarge, path + " is too long for a socket");
  std::ranges::copy(path, address.sun_path);
  return address;
}

bool somebody_listens(const sockaddr_un& address) {
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Result<UniqueFd> listen_at(const std::string& path) {
  const sockaddr_un address = TRY(address_of(path));
  if (somebody_listens(address)) return fail(ErrorKind::Refused, "Latchkey runs already (" + path + ")");
  static_cast<void>(::unlink(path.c_str()));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  constexpr int kBacklog = 64;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return fail(ErrorKind::Internal, path + ": " + describe_errno(errno));
  }
  return fd;
}

/// One line, without its end; empty at the end of the stream. A descriptor that comes along goes to
/// `terminal`.
Task<Result<std::string>> read_line(Socket& socket, std::string& pending, UniqueFd& terminal,
                                    Cancel& cancel) {
  for (;;) {
    if (const auto end = pending.find('\n'); end != std::string::npos) {
      std::string line = pending.substr(0, end);
      pending.erase(0, end + 1);
      co_return line;
    }
    if (pending.size() > kMaxControlRequestBytes)
      co_return fail(ErrorKind::TooLarge, "the request is too long");
    Bytes piece(4096);
    auto taken = socket.try_read_with_descriptor(piece, terminal);
    if (!taken) co_return fail(taken.error());
    if (!taken->has_value()) {
      auto ready = co_await socket.readable(cancel, kNoLimit);
      if (!ready) co_return fail(ready.error());
      continue;
    }
    if (**taken == 0) co_return std::string();
    pending += as_text(ByteView(piece).first(**taken));
  }
}

/// Requests `cancel` when the client closes while it waits for an answer.
Task<void> watch_for_end(Socket& socket, std::string& pending, UniqueFd& terminal, Cancel& answer,
                         Cancel& watch, Promise<void> ended) {
  auto line = co_await read_line(socket, pending, terminal, watch);
  if (line && line->empty() && !watch.requested())
    answer.request({ErrorKind::Closed, "whoever asked has gone"});
  if (line && !line->empty()) pending.insert(0, *line + "\n");
  ended.settle({});
}

}  // namespace

ControlServer::ControlServer(Services& services, Actions actions, std::string path)
    : m_services(services), m_actions(std::move(actions)), m_path(std::move(path)) {}

Result<std::unique_ptr<ControlServer>> ControlServer::start(Services& services, Actions actions,
                                                            std::string path) {
  UniqueFd fd = TRY(listen_at(path));
  std::unique_ptr<ControlServer> server(new ControlServer(services, std::move(actions), std::move(path)));
  server->m_fd = std::move(fd);
  server->m_accept.reset(
      event_new(services.loop.base(), server->m_fd.get(), EV_READ | EV_PERSIST, on_accept, server.get()));
  if (!server->m_accept || event_add(server->m_accept.get(), nullptr) != 0) {
    return fail(ErrorKind::Internal, "the control socket cannot be watched");
  }
  return server;
}

ControlServer::~ControlServer() {
  if (m_fd) static_cast<void>(::unlink(m_path.c_str()));
}

void ControlServer::stop() {
  m_accept.reset();
  m_cancel.request({ErrorKind::Cancelled, "Latchkey ends"});
}

void ControlServer::on_accept(int fd, short /*what*/, void* self) noexcept {
  auto& server = *static_cast<ControlServer*>(self);
  UniqueFd client(::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!client) return;
  const auto owner = peer_owner(client.get());
  if (!owner || *owner != ::geteuid()) {
    server.m_log_of_strangers.log(LogLevel::Warning, "somebody else asked at the control socket");
    return;
  }
  spawn(server.m_services.loop, server.serve(std::move(client)));
}

Task<void> ControlServer::serve(UniqueFd fd) {
  auto socket = Socket::adopt(m_services.loop, std::move(fd));
  if (!socket) co_return;
  ControlConversation conversation;
  std::string pending;
  for (;;) {
    auto line = co_await read_line(**socket, pending, conversation.terminal, m_cancel);
    if (!line || line->empty()) co_return;
    Cancel answer_cancel;
    Cancel watch_cancel;
    const auto ends = m_cancel.on_request([&answer_cancel](const Error& why) { answer_cancel.request(why); });
    const Promise<void> watch_ended(m_services.loop);
    UniqueFd unexpected;
    spawn(m_services.loop,
          watch_for_end(**socket, pending, unexpected, answer_cancel, watch_cancel, watch_ended));
    const auto answer =
        co_await answer_control(m_services, m_actions, std::move(*line), conversation, answer_cancel);
    watch_cancel.request({ErrorKind::Cancelled, "answered"});
    Cancel never;
    static_cast<void>(co_await watch_ended.wait(never));
    const Bytes text = to_bytes(answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    auto written = co_await (*socket)->write(text, m_cancel, Limits::kRequestHeader);
    if (!written) co_return;
  }
}

}  // namespace proxy
