// launch, pidfd_open and waitpid.
#include "tlscore/base/process.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

namespace tlscore {

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  return "SIG" + std::string(name == nullptr ? "?" : name);
}

int exit_status(int wait_status) {
  constexpr int kSignalBase = 128;
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : kSignalBase + WTERMSIG(wait_status);
}

std::string describe_exit(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int number = WTERMSIG(wait_status);
    return "it was killed by " + signal_name(number) + " (" + ::strsignal(number) + ")";
  }
  return "it ended with status " + std::to_string(WEXITSTATUS(wait_status));
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(EventLoop& loop, const Options& options,
                                                          OnExit on_exit) {
  const pid_t pid = TRY(launch(options));
  std::unique_ptr<ChildProcess> child(new ChildProcess);
  child->m_pid = pid;
  child->m_on_exit = std::move(on_exit);
  TRY(child->watch(loop));
  return child;
}

Result<void> ChildProcess::watch(EventLoop& loop) {
  m_pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, m_pid, 0)));
  m_ended.reset(event_new(loop.base(), m_pidfd.get(), EV_READ, on_ended, this));
  m_changed.reset(evsignal_new(loop.base(), SIGCHLD, on_changed, this));
  if (!m_pidfd || !m_ended || !m_changed || event_add(m_ended.get(), nullptr) != 0 ||
      event_add(m_changed.get(), nullptr) != 0) {
    return fail(ErrorKind::Internal, "a child process cannot be watched");
  }
  // It may have changed before it was watched.
  event_active(m_changed.get(), EV_SIGNAL, 1);
  return {};
}

ChildProcess::~ChildProcess() {
  if (m_pid < 0) return;
  signal(SIGKILL);
  int status = 0;
  while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
  }
}

void ChildProcess::signal(int number) const {
  if (m_pid >= 0) static_cast<void>(::kill(-m_pid, number));
}

void ChildProcess::on_ended(int /*fd*/, short /*what*/, void* self) noexcept {
  auto& child = *static_cast<ChildProcess*>(self);
  // The group first: what the child started (a pinentry) must not outlive it. Its number stays ours until
  // waitpid.
  child.signal(SIGKILL);
  int status = 0;
  while (::waitpid(child.m_pid, &status, 0) < 0 && errno == EINTR) {
  }
  child.m_pid = -1;
  // The callback may destroy the child.
  OnExit on_exit = std::move(child.m_on_exit);
  if (on_exit) on_exit(status);
}

void ChildProcess::on_changed(int /*fd*/, short /*what*/, void* self) noexcept {
  const auto& child = *static_cast<ChildProcess*>(self);
  if (child.m_pid < 0) return;
  siginfo_t about{};  // stays empty where there is nothing to tell
  if (::waitid(P_PID, static_cast<id_t>(child.m_pid), &about, WSTOPPED | WNOHANG) != 0 || about.si_pid == 0)
    return;
  // The callback may destroy the child.
  const OnStopped listener = child.m_on_stopped;
  if (listener) listener(about.si_status);
}

}  // namespace tlscore
