// Three files that have no name, and a wait.
#include "tlscore/base/run_program.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "tlscore/base/launch.h"
#include "tlscore/base/process.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxOutput = std::size_t{1} << 21U;
constexpr std::size_t kMaxErrors = 500;

/// What a program reads and writes is in memory: nobody has to read while it writes.
Result<UniqueFd> memory_file(std::string_view contents) {
  UniqueFd file(::memfd_create("latchkey", MFD_CLOEXEC));
  const bool written =
      file && ::write(file.get(), contents.data(), contents.size()) == static_cast<ssize_t>(contents.size());
  if (!written || ::lseek(file.get(), 0, SEEK_SET) != 0)
    return fail(ErrorKind::Internal, "memory for another program cannot be had");
  return file;
}

std::string contents_of(const UniqueFd& file, std::size_t limit) {
  std::string text(limit, '\0');
  const ssize_t size = ::pread(file.get(), text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

/// The descriptors of the child: input, output, errors.
struct Files {
  UniqueFd input;
  UniqueFd output;
  UniqueFd errors;
};

Result<pid_t> start(const std::vector<std::string>& command, const Files& files) {
  return launch(Launch{.arguments = command,
                       .descriptors = {{files.input.get(), STDIN_FILENO},
                                       {files.output.get(), STDOUT_FILENO},
                                       {files.errors.get(), STDERR_FILENO}},
                       .search_path = true,
                       .own_group = false});
}

/// Whether it ends until then. A signal is none of its business: SIGCHLD tells of other children, too.
bool ends_before(pid_t pid, steady_clock::time_point end) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  pollfd ended{handle.get(), POLLIN, 0};
  int found = 0;
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
    found = handle ? ::poll(&ended, 1, static_cast<int>(std::max(left.count(), 0L))) : 0;
  } while (found < 0 && errno == EINTR);
  return found == 1;
}

/// Its wait status. Fails with TimedOut after the limit, and it is gone then.
Result<int> wait_for(pid_t pid, const std::string& name, std::chrono::milliseconds limit) {
  const bool in_time = ends_before(pid, steady_clock::now() + limit);
  if (!in_time) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time)
    return fail(ErrorKind::TimedOut, name + " took more than " + std::to_string(limit.count()) + " ms");
  return status;
}

}  // namespace

Result<ProgramEnd> run_program(const std::vector<std::string>& command, std::string_view input,
                               std::chrono::milliseconds limit) {
  const Files files{TRY(memory_file(input)), TRY(memory_file("")), TRY(memory_file(""))};
  const pid_t pid = TRY(start(command, files));
  const int status = TRY(wait_for(pid, command.front(), limit));
  ProgramEnd end{.status = exit_status(status),
                 .output = contents_of(files.output, kMaxOutput),
                 .errors = contents_of(files.errors, kMaxErrors)};
  std::ranges::replace(end.errors, '\n', ' ');
  return end;
}

}  // namespace tlscore
