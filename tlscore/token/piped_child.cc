// fork, two pipes, exec.
#include "tlscore/token/piped_child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace tlscore::token {
namespace {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return fail(ErrorKind::Internal, "no pipe can be made");
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

/// In the child, between fork and exec; the signer has one thread, so no lock can be held here.
[[noreturn]] void become(char* const* argv, int input, int output) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  if (::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0) ::execvp(argv[0], argv);
  ::_exit(127);
}

}  // namespace

Result<PipedChild> PipedChild::start(const std::vector<std::string>& arguments) {
  Pipe to_child = TRY(make_pipe());
  Pipe from_child = TRY(make_pipe());
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  PipedChild child;
  child.m_pid = ::fork();
  if (child.m_pid < 0) return fail(ErrorKind::Internal, "no process can be made");
  if (child.m_pid == 0) become(argv.data(), to_child.read.get(), from_child.write.get());
  child.m_input = std::move(to_child.write);
  child.m_output = std::move(from_child.read);
  return child;
}

PipedChild::PipedChild(PipedChild&& other) noexcept
    : m_pid(std::exchange(other.m_pid, -1)),
      m_input(std::move(other.m_input)),
      m_output(std::move(other.m_output)) {}

PipedChild::~PipedChild() {
  if (m_pid < 0) return;
  ::kill(m_pid, SIGKILL);
  while (::waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<void> PipedChild::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = ::write(m_input.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(ErrorKind::Closed, "the program ended before it was asked");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace tlscore::token
