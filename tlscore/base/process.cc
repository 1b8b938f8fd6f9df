// posix_spawn, pidfd_open and waitpid.
#include "tlscore/base/process.h"

#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "tlscore/base/c_handle.h"

namespace tlscore {
namespace {

int init_actions(posix_spawn_file_actions_t* actions) {
  return ::posix_spawn_file_actions_init(actions);
}
int free_actions(posix_spawn_file_actions_t* actions) {
  return ::posix_spawn_file_actions_destroy(actions);
}
using SpawnActions = CValue<posix_spawn_file_actions_t, init_actions, free_actions>;
using SpawnAttributes = CValue<posix_spawnattr_t, posix_spawnattr_init, posix_spawnattr_destroy>;

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

std::vector<std::string> merged_environment(const std::vector<std::string>& ours) {
  std::vector<std::string> merged;
  std::ranges::copy_if(ours, std::back_inserter(merged),
                       [](const std::string& own) { return own.contains('='); });
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const bool replaced =
        std::ranges::any_of(ours, [&](const std::string& own) { return name_of(own) == name_of(*variable); });
    if (!replaced) merged.emplace_back(*variable);
  }
  return merged;
}

std::vector<char*> as_argv(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// The child gets a group of its own and default signals, whatever ours are.
void set_attributes(posix_spawnattr_t* attributes) {
  sigset_t none;
  sigset_t to_default;
  sigemptyset(&none);
  sigemptyset(&to_default);
  for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&to_default, number);
  ::posix_spawnattr_setpgroup(attributes, 0);
  ::posix_spawnattr_setsigmask(attributes, &none);
  ::posix_spawnattr_setsigdefault(attributes, &to_default);
  ::posix_spawnattr_setflags(attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

}  // namespace

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  return "SIG" + std::string(name == nullptr ? "?" : name);
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
  SpawnActions actions;
  SpawnAttributes attributes;
  for (const auto& [ours, its] : options.descriptors) {
    ::posix_spawn_file_actions_adddup2(actions.get(), ours, its);
  }
  set_attributes(attributes.get());
  const std::vector<std::string> environment = merged_environment(options.environment);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, options.arguments[0].c_str(), actions.get(), attributes.get(),
                                  as_argv(options.arguments).data(), as_argv(environment).data());
  if (error != 0) {
    return fail(error == ENOENT ? ErrorKind::NotFound : ErrorKind::Internal,
                options.arguments[0] + " cannot be started: " + ::strerror(error));
  }
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
