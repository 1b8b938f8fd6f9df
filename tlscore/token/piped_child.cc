// Two pipes and a launch.
#include "tlscore/token/piped_child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "tlscore/base/launch.h"

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

}  // namespace

Result<PipedChild> PipedChild::start(const std::vector<std::string>& arguments) {
  Pipe to_child = TRY(make_pipe());
  Pipe from_child = TRY(make_pipe());
  PipedChild child;
  child.m_pid = TRY(launch(
      Launch{.arguments = arguments,
             .descriptors = {{to_child.read.get(), STDIN_FILENO}, {from_child.write.get(), STDOUT_FILENO}},
             .search_path = true,
             .own_group = false}));
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
