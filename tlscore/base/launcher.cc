// One datagram for a request and one for its answer; clone, and exec.
#include "tlscore/base/launcher.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "tlscore/base/launch_message.h"
#include "tlscore/base/log.h"
#include "tlscore/base/received_descriptors.h"

namespace tlscore {
namespace {

using DescriptorSpace = std::array<char, CMSG_SPACE(sizeof(int) * kMaxLaunchDescriptors)>;

/// Above every number that a program's descriptors are to have.
constexpr int kFirstFreeNumber = 256;

struct Answer {
  pid_t pid = -1;
  int error_number = 0;
};

std::unique_ptr<Launcher>& the_launcher() {
  static std::unique_ptr<Launcher> launcher;
  return launcher;
}

/// A request, and the descriptors that came with it.
struct Request {
  Bytes message;
  std::vector<UniqueFd> descriptors;
};

/// Nothing when the process has gone.
std::optional<Request> receive(int socket) {
  Request request{.message = Bytes(kMaxLaunchBytes), .descriptors = {}};
  iovec vector{request.message.data(), request.message.size()};
  alignas(cmsghdr) DescriptorSpace control{};
  msghdr header{};
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  ssize_t size = 0;
  do {
    size = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return std::nullopt;
  request.message.resize(static_cast<std::size_t>(size));
  request.descriptors = received_descriptors(header);
  return request;
}

bool send_request(int socket, ByteView message, const Launch& what) {
  iovec vector{const_cast<std::uint8_t*>(message.data()), message.size()};
  alignas(cmsghdr) DescriptorSpace control{};
  msghdr header{};
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  if (!what.descriptors.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(sizeof(int) * what.descriptors.size());
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * what.descriptors.size());
    for (std::size_t i = 0; i < what.descriptors.size(); ++i)
      std::memcpy(CMSG_DATA(rights) + i * sizeof(int), &what.descriptors[i].first, sizeof(int));
  }
  return ::sendmsg(socket, &header, MSG_NOSIGNAL) == static_cast<ssize_t>(message.size());
}

void prepare_signals(int signal_at_parents_end) noexcept {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : kSignalsToDefault) static_cast<void>(::signal(number, SIG_DFL));
  if (signal_at_parents_end != 0) ::prctl(PR_SET_PDEATHSIG, signal_at_parents_end);
}

/// In the child. What fails is written to `errors`, which exec closes.
[[noreturn]] void become(const Launch& what, char* const* arguments, char** environment, int errors,
                         int signal_at_parents_end) noexcept {
  prepare_signals(signal_at_parents_end);
  if (what.own_group) ::setpgid(0, 0);
  // dup2 takes the mark away from those that it is to have.
  bool is_good = ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
  for (const auto& [ours, its] : what.descriptors) is_good = is_good && ::dup2(ours, its) >= 0;
  if (is_good) {
    environ = environment;
    if (what.search_path) {
      ::execvp(arguments[0], arguments);
    } else {
      ::execv(arguments[0], arguments);
    }
  }
  const int error_number = errno;
  static_cast<void>(!::write(errors, &error_number, sizeof error_number));
  ::_exit(127);
}

/// A child of our parent's.
Answer start_program(const Launch& what, int signal_at_parents_end) {
  const std::vector<std::string> environment = merged_environment(what.environment);
  const std::vector<char*> arguments = as_argv(what.arguments);
  std::vector<char*> variables = as_argv(environment);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {.error_number = errno};
  const UniqueFd reading(ends[0]);
  UniqueFd writing(::fcntl(ends[1], F_DUPFD_CLOEXEC, kFirstFreeNumber));
  ::close(ends[1]);
  // One thread and no handlers: a fork by the kernel alone is enough.
  const auto pid = static_cast<pid_t>(::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0));
  if (pid == 0) become(what, arguments.data(), variables.data(), writing.get(), signal_at_parents_end);
  if (pid < 0) return {.error_number = errno};
  writing.reset();
  Answer answer{.pid = pid};
  if (::read(reading.get(), &answer.error_number, sizeof answer.error_number) <= 0) answer.error_number = 0;
  return answer;
}

Answer answer_to(const Request& request, const Launcher::Options& options) {
  std::vector<int> numbers;
  std::vector<UniqueFd> moved;
  for (const UniqueFd& descriptor : request.descriptors) {
    moved.emplace_back(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, kFirstFreeNumber));
    numbers.push_back(moved.back().get());
  }
  const auto what = decode_launch(request.message, numbers);
  if (!what) return {.error_number = EINVAL};
  if (!options.allows(*what)) {
    log(LogLevel::Error, "refused to start a program that is none of Latchkey's: " + what->arguments[0]);
    return {.error_number = EACCES};
  }
  return start_program(*what, options.signal_at_parents_end);
}

[[noreturn]] void serve(int socket, const Launcher::Options& options) {
  // Who ends it is its process alone.
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) static_cast<void>(::signal(number, SIG_IGN));
  while (const auto request = receive(socket)) {
    const Answer answer = answer_to(*request, options);
    if (::send(socket, &answer, sizeof answer, MSG_NOSIGNAL) != sizeof answer) break;
  }
  ::_exit(0);
}

}  // namespace

Result<void> Launcher::start(const Options& options) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(ErrorKind::Internal, "no socket for starting programs can be made");
  UniqueFd ours(ends[0]);
  const UniqueFd its(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return fail(ErrorKind::Internal, "no process for starting programs can be made");
  if (pid == 0) {
    ours.reset();
    serve(its.get(), options);
  }
  the_launcher().reset(new Launcher(std::move(ours)));
  return {};
}

const Launcher* Launcher::of_this_process() {
  return the_launcher().get();
}

Result<pid_t> Launcher::launch(const Launch& what) const {
  const Bytes message = TRY(encode_launch(what));
  const std::scoped_lock one(m_one_at_a_time);
  Answer answer;
  if (!send_request(m_socket.get(), message, what))
    return fail(ErrorKind::Internal, "what starts programs for Latchkey has ended; start it again");
  ssize_t size = 0;
  do {
    size = ::recv(m_socket.get(), &answer, sizeof answer, 0);
  } while (size < 0 && errno == EINTR);
  if (size != sizeof answer)
    return fail(ErrorKind::Internal, "what starts programs for Latchkey has ended; start it again");
  if (answer.error_number == 0) return answer.pid;
  // It has ended without having become a program.
  while (answer.pid > 0 && ::waitpid(answer.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return fail(launch_error(what.arguments[0], answer.error_number));
}

}  // namespace tlscore
