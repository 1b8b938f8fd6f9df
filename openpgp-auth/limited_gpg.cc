// fork, exec, and a wait on a pidfd.
#include "openpgp-auth/limited_gpg.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <string>
#include <vector>

#include "tlscore/base/unique_fd.h"

namespace openpgp_auth {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTimeToClean{1000};
constexpr rlim_t kMaxMemoryBytes = rlim_t{1} << 30U;

/// They stand before GPGME's. Options of the command line go before those of gpg.conf.
constexpr std::array kRestraints = {
    "--no-autostart", "--disable-dirmngr", "--no-auto-key-retrieve", "--no-auto-key-locate", "--batch",
    "--no-tty",       "--no-greeting",     "--export-options",       "no-export-attributes",
};

[[noreturn]] void become_gpg(std::span<char* const> arguments, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(kGpgNotStarted);
  std::vector<char*> all = {arguments[0]};
  for (const char* restraint : kRestraints) all.push_back(const_cast<char*>(restraint));
  const auto rest = arguments.subspan(1);
  all.insert(all.end(), rest.begin(), rest.end());
  all.push_back(nullptr);
  // Last, because they bind us as well until gpg takes our place.
  const rlimit memory{kMaxMemoryBytes, kMaxMemoryBytes};
  const rlimit core{0, 0};
  ::setrlimit(RLIMIT_AS, &memory);
  ::setrlimit(RLIMIT_CORE, &core);
  ::execvp("gpg", all.data());
  ::_exit(kGpgNotStarted);
}

/// False when `limit` ran out before it ended.
bool ends_within(int pidfd, milliseconds limit) {
  pollfd watched{.fd = pidfd, .events = POLLIN, .revents = 0};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    if (::poll(&watched, 1, static_cast<int>(left.count())) > 0) return true;
  }
}

int wait_for(pid_t child, milliseconds limit) {
  const tlscore::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  if (!ends_within(pidfd.get(), limit)) {
    ::kill(child, SIGTERM);
    if (!ends_within(pidfd.get(), kTimeToClean)) ::kill(child, SIGKILL);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? kGpgDiedOfSignal + WTERMSIG(status) : WEXITSTATUS(status);
}

/// The descriptor after "--status-fd"; -1 without one.
int status_fd(std::span<char* const> arguments) {
  for (std::size_t i = 1; i + 1 < arguments.size(); ++i) {
    if (std::string_view(arguments[i]) != "--status-fd") continue;
    const std::string_view text = arguments[i + 1];
    int fd = -1;
    std::from_chars(text.data(), text.data() + text.size(), fd);
    return fd;
  }
  return -1;
}

}  // namespace

bool is_called_gpg(std::string_view program) {
  return program == "gpg" || program.ends_with("/gpg");
}

int run_limited_gpg(std::span<char* const> arguments, milliseconds limit) {
  // Nothing is asked of anybody who has gone.
  ::signal(SIGPIPE, SIG_IGN);
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become_gpg(arguments, self);
  const int ended = child < 0 ? kGpgNotStarted : wait_for(child, limit);
  const std::string line = "[GNUPG:] " + std::string(kGpgEndedKeyword) + " " + std::to_string(ended) + "\n";
  const int fd = status_fd(arguments);
  if (fd >= 0 && ::write(fd, line.data(), line.size()) < 0) return kGpgNotStarted;
  return ended;
}

}  // namespace openpgp_auth
