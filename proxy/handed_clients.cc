// accept a conversation, take the one descriptor in it, look at what it is.
#include "proxy/handed_clients.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "proxy/descriptor_message.h"
#include "proxy/socket_address.h"
#include "tlscore/base/log.h"
#include "tlscore/base/socket.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr int kAcceptsInOneTurn = 64;
constexpr std::chrono::milliseconds kPatience{2000};

int option(int fd, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

}  // namespace

Result<void> check_handed_client(int fd, const std::vector<std::string>& addresses) {
  if (option(fd, SO_PROTOCOL) != IPPROTO_TCP || option(fd, SO_ACCEPTCONN) != 0)
    return fail(ErrorKind::Refused, "what was handed over is no connection");
  const SocketAddress own = TRY(SocketAddress::local_of(fd));
  if (std::ranges::find(addresses, own.unmapped().text()) == addresses.end())
    return fail(ErrorKind::Refused,
                "a connection to " + own.text() + " was handed over, which is not our port");
  return {};
}

HandedClients::HandedClients(EventLoop& loop, std::vector<std::string> addresses, OnClient on_client,
                             OnStranger on_stranger)
    : m_loop(loop),
      m_addresses(std::move(addresses)),
      m_on_client(std::move(on_client)),
      m_on_stranger(std::move(on_stranger)) {}

HandedClients::~HandedClients() = default;

Result<std::unique_ptr<HandedClients>> HandedClients::start(EventLoop& loop, UniqueFd socket,
                                                            std::vector<std::string> addresses,
                                                            OnClient on_client, OnStranger on_stranger) {
  std::unique_ptr<HandedClients> handed(
      new HandedClients(loop, std::move(addresses), std::move(on_client), std::move(on_stranger)));
  handed->m_socket = std::move(socket);
  HandedClients* self = handed.get();
  handed->m_watch = TRY(DescriptorWatch::create(loop, self->m_socket.get(), DescriptorWatch::For::Reading,
                                                [self] { self->accept(); }));
  return handed;
}

void HandedClients::stop() {
  m_watch.reset();
  m_cancel.request({ErrorKind::Cancelled, "Latchkey ends"});
}

void HandedClients::accept() {
  for (int i = 0; i < kAcceptsInOneTurn; ++i) {
    UniqueFd conversation(::accept4(m_socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!conversation) return;
    if (m_conversations < kMaxConversations) spawn(m_loop, take(std::move(conversation)));
  }
}

Task<void> HandedClients::take(UniqueFd conversation) {
  ++m_conversations;
  auto socket = Socket::adopt(m_loop, std::move(conversation));
  UniqueFd client;
  std::array<std::uint8_t, kMaxDescriptorMessageBytes> text{};
  while (socket && !client) {
    auto taken = (*socket)->try_read_with_descriptor(text, client);
    if (!taken || client || (*taken && **taken == 0)) break;
    auto ready = co_await (*socket)->readable(m_cancel, kPatience);
    if (!ready) break;
  }
  --m_conversations;
  if (client && !m_cancel.requested()) judge(std::move(client));
}

void HandedClients::judge(UniqueFd client) {
  if (const auto checked = check_handed_client(client.get(), m_addresses); !checked) {
    if (checked.error().kind != ErrorKind::Closed) log(LogLevel::Warning, checked.error().message);
    return;
  }
  const int yes = 1;
  static_cast<void>(::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes));
  admit_client(std::move(client), m_on_client, m_on_stranger);
}

}  // namespace proxy
