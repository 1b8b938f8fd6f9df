// accept, ask the kernel whose it is, hand it over.
#include "proxy/dispatcher.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "proxy/descriptor_message.h"
#include "proxy/page.h"
#include "proxy/page_problems.h"
#include "proxy/peer_owner.h"
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

/// An answer is for programs that speak HTTP, whose first octet is a capital letter; SOCKS has none that says
/// why.
bool is_http(ByteView first) {
  return !first.empty() && first.front() >= 'A' && first.front() <= 'Z';
}

}  // namespace

/// Counts an answer or a conversation for as long as it exists.
class Dispatcher::Waiting {
 public:
  Waiting(Dispatcher& dispatcher, uid_t user) : m_dispatcher(dispatcher), m_user(user) {
    ++m_dispatcher.m_waiting;
    ++m_dispatcher.m_waiting_of[user];
  }
  ~Waiting() {
    --m_dispatcher.m_waiting;
    if (--m_dispatcher.m_waiting_of[m_user] == 0) m_dispatcher.m_waiting_of.erase(m_user);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  Waiting(Waiting&&) = delete;
  Waiting& operator=(Waiting&&) = delete;

 private:
  Dispatcher& m_dispatcher;
  uid_t m_user;
};

Dispatcher::~Dispatcher() = default;

Result<std::unique_ptr<Dispatcher>> Dispatcher::start(EventLoop& loop, std::vector<UniqueFd> sockets,
                                                      DispatchTable::OnChange on_change) {
  std::unique_ptr<Dispatcher> dispatcher(new Dispatcher(loop, std::move(on_change)));
  for (UniqueFd& socket : sockets) TRY(dispatcher->take(std::move(socket)));
  const std::size_t ports = dispatcher->m_addresses.size();
  if (ports == 0 || ports == dispatcher->m_listeners.size()) {
    return fail(ErrorKind::Malformed,
                "systemd has to hand over the port and the socket where users enter: it is started by "
                "latchkey-dispatch.socket, and not by hand");
  }
  return dispatcher;
}

Result<void> Dispatcher::take(UniqueFd socket) {
  const int fd = socket.get();
  const int domain = option(fd, SO_DOMAIN);
  const bool is_port = (domain == AF_INET || domain == AF_INET6) && option(fd, SO_TYPE) == SOCK_STREAM;
  const bool is_entry = domain == AF_UNIX && option(fd, SO_TYPE) == SOCK_SEQPACKET;
  if ((!is_port && !is_entry) || option(fd, SO_ACCEPTCONN) != 1)
    return fail(ErrorKind::Malformed, "a socket that was handed over is none of ours");
  if (is_port) {
    const SocketAddress address = TRY(SocketAddress::local_of(fd));
    if (!address.is_loopback()) return fail(ErrorKind::Malformed, address.text() + " is no loopback address");
    m_addresses.push_back(address.text());
  }
  auto watch = TRY(DescriptorWatch::create(m_loop, fd, DescriptorWatch::For::Reading, [this, fd, is_port] {
    if (is_port) {
      accept_clients(fd);
    } else {
      accept_entries(fd);
    }
  }));
  m_listeners.push_back(std::move(socket));
  m_watches.push_back(std::move(watch));
  return {};
}

void Dispatcher::stop() {
  m_watches.clear();
  m_cancel.request({ErrorKind::Cancelled, "the dispatcher ends"});
}

bool Dispatcher::has_room_for(uid_t user) const {
  const auto own = m_waiting_of.find(user);
  return m_waiting < kMaxWaiting && (own == m_waiting_of.end() || own->second < kMaxWaitingOfUser);
}

void Dispatcher::accept_clients(int listener) {
  for (int i = 0; i < kAcceptsInOneTurn; ++i) {
    UniqueFd client(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client) return;
    dispatch(std::move(client));
  }
}

void Dispatcher::dispatch(UniqueFd client) {
  const auto user = peer_owner(client.get());
  if (!user) return;
  const auto handed = m_table.hand_over(*user, client.get());
  if (handed) return;
  if (m_told.size() < DispatchTable::kMaxUsers && m_told.insert(*user).second) {
    log(LogLevel::Notice, "user " + std::to_string(*user) + " connected: " + handed.error().message);
  }
  if (has_room_for(*user)) spawn(m_loop, answer_without_daemon(std::move(client), *user));
}

Task<void> Dispatcher::answer_without_daemon(UniqueFd client, uid_t user) {
  const Waiting waiting(*this, user);
  auto socket = Socket::adopt(m_loop, std::move(client));
  if (!socket) co_return;
  std::array<std::uint8_t, 4096> piece{};
  auto count = co_await (*socket)->read(piece, m_cancel, kPatience);
  if (!count || !is_http(ByteView(piece).first(*count))) co_return;
  const HttpClientSide side{.minor_version = 1, .keep_alive = false, .head = false};
  const Bytes answer = to_bytes(write_problem(no_daemon(), PageFormat::Text, side));
  static_cast<void>((*socket)->try_write(answer));
  auto finished = co_await (*socket)->finish_writing(m_cancel, kPatience);
  // Whoever still sends would get a reset in place of the answer.
  constexpr int kMostPieces = 16;
  for (int i = 0; i < kMostPieces && finished && count && *count != 0; ++i)
    count = co_await (*socket)->read(piece, m_cancel, kPatience);
}

void Dispatcher::accept_entries(int listener) {
  for (int i = 0; i < kAcceptsInOneTurn; ++i) {
    UniqueFd entry(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!entry) return;
    const auto user = peer_owner(entry.get());
    if (user && has_room_for(*user)) spawn(m_loop, converse(std::move(entry), *user));
  }
}

std::string Dispatcher::enter(uid_t user, UniqueFd entry) {
  if (const auto entered = m_table.enter(user, std::move(entry)); !entered)
    return "no " + entered.error().message;
  m_told.erase(user);
  std::string answer = "ok " + std::to_string(::geteuid());
  for (const std::string& address : m_addresses) answer += " " + address;
  return answer;
}

Task<void> Dispatcher::converse(UniqueFd entry, uid_t user) {
  const Waiting waiting(*this, user);
  auto socket = Socket::adopt(m_loop, std::move(entry));
  if (!socket) co_return;
  UniqueFd descriptor;
  std::array<std::uint8_t, kMaxDescriptorMessageBytes> text{};
  std::optional<std::size_t> count;
  while (!count) {
    auto taken = (*socket)->try_read_with_descriptor(text, descriptor);
    if (!taken) co_return;
    count = *taken;
    if (count) break;
    auto ready = co_await (*socket)->readable(m_cancel, kPatience);
    if (!ready) co_return;
  }
  if (as_text(ByteView(text).first(*count)) != kEnterRequest || !descriptor) co_return;
  const Bytes answer = to_bytes(enter(user, std::move(descriptor)));
  if (!(*socket)->try_write(answer)) co_return;
  // Whoever stays wants to hear when the table is gone: by our end of the conversation.
  static_cast<void>(co_await (*socket)->read(text, m_cancel, kNoLimit));
}

}  // namespace proxy
