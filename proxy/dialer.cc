// A race of connection attempts.
#include "proxy/dialer.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <list>
#include <memory>
#include <utility>

#include "tlscore/base/descriptor_watch.h"
#include "tlscore/base/future.h"
#include "tlscore/base/socket.h"

namespace proxy {
namespace {

using tlscore::Cancel;
using tlscore::describe_errno;
using tlscore::DescriptorWatch;
using tlscore::Error;
using tlscore::ErrorKind;
using tlscore::EventLoop;
using tlscore::fail;
using tlscore::Promise;
using tlscore::Result;
using tlscore::Task;
using tlscore::Timer;
using tlscore::UniqueFd;

/// An error names that many addresses; who has more only gets their number.
constexpr std::size_t kMaxNamedAddresses = 8;

std::string describe_failure(int number, const SocketAddress& address) {
  switch (number) {
    case ECONNREFUSED: return "connection refused by " + address.text();
    case ETIMEDOUT: return address.text() + " timed out";
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL: return "no route to " + address.text();
    default: return address.text() + " cannot be reached: " + describe_errno(number);
  }
}

/// A socket whose connection is on its way; -1 and errno where that failed at once.
UniqueFd begin_connecting(const SocketAddress& address) {
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd) return fd;
  const int on = 1;
  static_cast<void>(::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  if (::connect(fd.get(), address.data(), address.size()) == 0 || errno == EINPROGRESS) return fd;
  const int number = errno;  // before close() sets it
  fd.reset();
  errno = number;
  return fd;
}

/// The attempts of one dial() and what became of them.
class Race {
 public:
  Race(EventLoop& loop, const std::vector<SocketAddress>& addresses, AddressCheck check,
       std::chrono::milliseconds attempt_delay)
      : m_loop(loop),
        m_addresses(alternate_families(addresses)),
        m_check(std::move(check)),
        m_attempt_delay(attempt_delay),
        m_winner(loop) {}

  /// Begins the next attempt; the loop does the rest.
  void start_next();
  /// Settled with the connection, or with Unreachable or Refused when nothing is left to try.
  [[nodiscard]] const Promise<UniqueFd>& winner() const { return m_winner; }
  /// Closes everything.
  void abandon();
  /// What became of each address so far.
  [[nodiscard]] std::string report() const;

 private:
  struct Attempt {
    SocketAddress address;
    UniqueFd fd;
    std::unique_ptr<DescriptorWatch> watch;
  };
  using Attempts = std::list<Attempt>;

  bool begin(const SocketAddress& address);
  void on_outcome(Attempts::iterator attempt);
  void end_without_winner();

  EventLoop& m_loop;
  std::vector<SocketAddress> m_addresses;
  AddressCheck m_check;
  std::chrono::milliseconds m_attempt_delay;
  Promise<UniqueFd> m_winner;
  std::size_t m_next = 0;
  std::vector<std::string> m_failures;
  bool m_dialled_any = false;
  Attempts m_attempts;
  std::unique_ptr<Timer> m_next_timer;
};

void Race::start_next() {
  m_next_timer.reset();
  while (m_next < m_addresses.size()) {
    if (!begin(m_addresses[m_next++])) continue;
    if (m_next < m_addresses.size()) m_next_timer = m_loop.after(m_attempt_delay, [this] { start_next(); });
    return;
  }
  if (m_attempts.empty()) end_without_winner();
}

bool Race::begin(const SocketAddress& address) {
  if (const auto allowed = m_check(address); !allowed) {
    m_failures.push_back(address.text() + " is not dialled: " + allowed.error().message);
    return false;
  }
  m_dialled_any = true;
  UniqueFd fd = begin_connecting(address);
  if (!fd) {
    m_failures.push_back(describe_failure(errno, address));
    return false;
  }
  const auto attempt = m_attempts.insert(m_attempts.end(), {address, std::move(fd), nullptr});
  auto watch = DescriptorWatch::create(m_loop, attempt->fd.get(), DescriptorWatch::For::Writing,
                                       [this, attempt] { on_outcome(attempt); });
  if (!watch) {
    m_failures.push_back(address.text() + ": " + watch.error().message);
    m_attempts.erase(attempt);
    return false;
  }
  attempt->watch = std::move(*watch);
  return true;
}

void Race::on_outcome(Attempts::iterator attempt) {
  int number = 0;
  socklen_t length = sizeof number;
  if (::getsockopt(attempt->fd.get(), SOL_SOCKET, SO_ERROR, &number, &length) != 0) number = errno;
  attempt->watch.reset();
  if (number == 0) {
    UniqueFd connected = std::move(attempt->fd);
    abandon();
    m_winner.settle(std::move(connected));
    return;
  }
  m_failures.push_back(describe_failure(number, attempt->address));
  m_attempts.erase(attempt);
  start_next();
}

void Race::abandon() {
  m_next_timer.reset();
  m_attempts.clear();
  m_next = m_addresses.size();
}

void Race::end_without_winner() {
  const ErrorKind kind = m_dialled_any ? ErrorKind::Unreachable : ErrorKind::Refused;
  m_winner.settle(fail(kind, report()));
}

std::string Race::report() const {
  std::vector<std::string> parts = m_failures;
  for (const Attempt& attempt : m_attempts) parts.push_back(attempt.address.text() + " does not answer");
  std::string text;
  for (std::size_t i = 0; i < std::min(parts.size(), kMaxNamedAddresses); ++i) {
    text += (i == 0 ? "" : "; ") + parts[i];
  }
  if (parts.size() > kMaxNamedAddresses) {
    text += "; and so on for " + std::to_string(parts.size() - kMaxNamedAddresses) + " more";
  }
  return text;
}

}  // namespace

Task<Result<UniqueFd>> dial(EventLoop& loop, std::string name, std::vector<SocketAddress> addresses,
                            AddressCheck check, Cancel& cancel, DialLimits limits) {
  if (cancel.requested()) co_return fail(cancel.reason());
  if (addresses.empty()) co_return fail(ErrorKind::NotFound, name + " has no address");
  Race race(loop, addresses, std::move(check), limits.attempt_delay);
  const auto close_all = cancel.on_request([&race](const Error&) { race.abandon(); });
  race.start_next();
  auto winner = co_await race.winner().wait(cancel, limits.whole);
  if (cancel.requested()) co_return fail(cancel.reason());
  if (winner) co_return std::move(*winner);
  if (winner.error().kind == ErrorKind::TimedOut) {
    co_return fail(ErrorKind::TimedOut, name + ": no connection within " + tlscore::describe(limits.whole) +
                                            " (" + race.report() + ")");
  }
  co_return fail(name, winner.error());
}

std::vector<SocketAddress> alternate_families(const std::vector<SocketAddress>& addresses) {
  std::vector<SocketAddress> v6;
  std::vector<SocketAddress> v4;
  for (const SocketAddress& address : addresses) (address.family() == AF_INET6 ? v6 : v4).push_back(address);
  std::vector<SocketAddress> ordered;
  for (std::size_t i = 0; i < std::max(v6.size(), v4.size()); ++i) {
    if (i < v6.size()) ordered.push_back(v6[i]);
    if (i < v4.size()) ordered.push_back(v4[i]);
  }
  return ordered;
}

}  // namespace proxy
