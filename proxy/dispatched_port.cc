// A socket, an entry, and what comes of them.
#include "proxy/dispatched_port.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proxy/descriptor_message.h"
#include "proxy/paths.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::chrono::milliseconds kPatienceAtStart{5000};

/// The path of a listening socket of the kind that the dispatcher connects to; empty for any other.
std::string path_of(int fd) {
  int type = -1;
  socklen_t length = sizeof type;
  sockaddr_un name{};
  socklen_t name_length = sizeof name;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_SEQPACKET ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &name_length) != 0 ||
      name.sun_family != AF_UNIX) {
    return {};
  }
  return {name.sun_path, ::strnlen(name.sun_path, sizeof name.sun_path)};
}

}  // namespace

Result<std::unique_ptr<DispatchedPort>> DispatchedPort::start(EventLoop& loop, const std::string& dispatcher,
                                                              std::vector<UniqueFd> handed,
                                                              OnClient on_client, OnStranger on_stranger) {
  if (!connect_for_messages(dispatcher)) return fail(ErrorKind::Unreachable, "there is no dispatcher");
  std::unique_ptr<DispatchedPort> port(new DispatchedPort());
  UniqueFd socket;
  std::string path;
  for (UniqueFd& each : handed) {
    if (path = path_of(each.get()); path.empty()) continue;
    socket = std::move(each);
    break;
  }
  if (!socket) {
    path = TRY(make_runtime_folder(BaseFolders::of_this_process())) + "/proxy.sock";
    socket = TRY(listen_for_messages(path));
    port->m_own_path = path;
  }
  UniqueFd kept;
  DispatcherAnswer answer = TRY(enter_dispatcher(dispatcher, path, kPatienceAtStart, kept));
  port->m_dispatcher = answer.user;
  port->m_clients = TRY(HandedClients::start(loop, std::move(socket), std::move(answer.addresses),
                                             std::move(on_client), std::move(on_stranger)));
  port->m_entry = std::make_unique<DispatchEntry>(loop, dispatcher, path, std::move(kept));
  return port;
}

DispatchedPort::~DispatchedPort() {
  if (!m_own_path.empty()) static_cast<void>(::unlink(m_own_path.c_str()));
}

void DispatchedPort::stop() {
  m_entry.reset();
  m_clients->stop();
}

}  // namespace proxy
