// poll(2) on all that may happen.
#include "tlscore/token/interruption.h"

#include <poll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace tlscore::token {
namespace {

sigset_t ending_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, number);
  return signals;
}

}  // namespace

Interruption::Interruption(int stop_fd, std::optional<std::chrono::seconds> limit) : m_stop_fd(stop_fd) {
  if (limit) m_deadline = Clock::now() + *limit;
  const sigset_t signals = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  m_signals.reset(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

Interruption::~Interruption() {
  const sigset_t signals = ending_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

int Interruption::milliseconds_left() const {
  if (!m_deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*m_deadline - Clock::now());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

Result<void> Interruption::wait_readable(int fd) const {
  std::array<pollfd, 3> waits = {pollfd{fd, POLLIN, 0}, pollfd{m_stop_fd, POLLIN, 0},
                                 pollfd{m_signals.get(), POLLIN, 0}};
  for (;;) {
    const int ready = ::poll(waits.data(), waits.size(), milliseconds_left());
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return fail(ErrorKind::Internal, "the PIN cannot be waited for");
    if (ready == 0) return fail(ErrorKind::TimedOut, "nobody entered a PIN in time");
    if (waits[1].revents != 0 || waits[2].revents != 0) {
      return fail(ErrorKind::Cancelled, "the question for the PIN was withdrawn");
    }
    return {};
  }
}

}  // namespace tlscore::token
