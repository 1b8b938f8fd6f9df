// A child process, its two outputs, and how it ended.
#include "tlscore/judge/authorization_exec.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>

#include "tlscore/base/descriptor_watch.h"
#include "tlscore/base/log.h"
#include "tlscore/base/process.h"
#include "tlscore/base/socket.h"

namespace tlscore::judge {
namespace {

using OnFlood = std::function<void()>;

/// What comes out of a pipe, up to a bound.
class Output {
 public:
  /// `on_flood` is called once, when there is more.
  static Result<std::unique_ptr<Output>> create(EventLoop& loop, OnFlood on_flood) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(ErrorKind::Internal, describe_errno(errno));
    std::unique_ptr<Output> output(new Output(std::move(on_flood)));
    output->m_reading.reset(ends[0]);
    output->m_writing.reset(ends[1]);
    // Ours alone: the child's end stays as programs expect it.
    if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return fail(ErrorKind::Internal, describe_errno(errno));
    output->m_watch = TRY(DescriptorWatch::create(loop, ends[0], DescriptorWatch::For::Reading,
                                                  [self = output.get()] { self->read(); }));
    return output;
  }

  [[nodiscard]] int writing_end() const { return m_writing.get(); }
  void close_writing_end() { m_writing.reset(); }

  /// Takes what is there now. Who still has the other end open is not waited for.
  void read() {
    std::array<char, 4096> buffer{};
    for (;;) {
      const ssize_t count = ::read(m_reading.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) break;
      m_text.append(buffer.data(), static_cast<std::size_t>(count));
      if (m_text.size() <= AuthorizationExec::kMaxOutputBytes) continue;
      m_on_flood();
      break;
    }
    m_watch.reset();
  }

  [[nodiscard]] const std::string& text() const { return m_text; }

 private:
  explicit Output(OnFlood on_flood) : m_on_flood(std::move(on_flood)) {}

  OnFlood m_on_flood;
  UniqueFd m_reading;
  UniqueFd m_writing;
  std::unique_ptr<DescriptorWatch> m_watch;
  std::string m_text;
};

/// A file in memory: the child reads when it likes, and nobody waits for it to do so.
Result<UniqueFd> as_file(std::string_view text) {
  UniqueFd file(::memfd_create("question", MFD_CLOEXEC));
  const bool is_good = file &&
                       ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::lseek(file.get(), 0, SEEK_SET) == 0;
  if (!is_good) return fail(ErrorKind::Internal, describe_errno(errno));
  return file;
}

/// One run of the program; it ends with this.
struct Run {
  explicit Run(EventLoop& loop) : ended(loop) {}

  Result<void> start(EventLoop& loop, const std::string& path, std::string_view question) {
    const UniqueFd input = TRY(as_file(question));
    const OnFlood on_flood = [done = ended] {
      done.settle(fail(ErrorKind::TooLarge, "it writes without end"));
    };
    output = TRY(Output::create(loop, on_flood));
    complaints = TRY(Output::create(loop, on_flood));
    const ChildProcess::Options options{.arguments = {path},
                                        .descriptors = {{input.get(), STDIN_FILENO},
                                                        {output->writing_end(), STDOUT_FILENO},
                                                        {complaints->writing_end(), STDERR_FILENO}},
                                        .environment = {}};
    child = TRY(ChildProcess::start(loop, options, [done = ended](int status) { done.settle(status); }));
    output->close_writing_end();
    complaints->close_writing_end();
    return {};
  }

  Promise<int> ended;
  std::unique_ptr<Output> output;
  std::unique_ptr<Output> complaints;
  std::unique_ptr<ChildProcess> child;
};

/// The first line, for a sentence.
std::string first_line(std::string_view text) {
  constexpr std::size_t kMost = 200;
  return printable(text.substr(0, text.find('\n')).substr(0, kMost));
}

Result<HookAnswer> answer_of(int status, const Run& run) {
  constexpr int kAllow = 0;
  constexpr int kDeny = 1;
  const bool is_answer = WIFEXITED(status) && (WEXITSTATUS(status) == kAllow || WEXITSTATUS(status) == kDeny);
  if (!is_answer) {
    const std::string complaint = first_line(run.complaints->text());
    return fail(ErrorKind::Refused, describe_exit(status) + (complaint.empty() ? "" : ": " + complaint));
  }
  HookAnswer answer;
  if (run.output->text().starts_with('{')) answer = TRY(parse_hook_answer(run.output->text()));
  const bool is_allowed = WEXITSTATUS(status) == kAllow;
  if (answer.allow && *answer.allow != is_allowed) {
    return fail(ErrorKind::Malformed, "its answer and its exit status do not agree");
  }
  answer.allow = is_allowed;
  return answer;
}

}  // namespace

Task<Result<HookAnswer>> AuthorizationExec::ask_now(const std::string& line, Cancel& cancel) {
  Run run(m_loop);
  auto started = run.start(m_loop, m_path, line);
  if (!started) co_return fail(started.error());
  auto status = co_await run.ended.wait(cancel, kLimit);
  if (!status && status.error().kind == ErrorKind::TimedOut && !cancel.requested()) {
    co_return fail(ErrorKind::TimedOut, "it does not answer within " + describe(kLimit));
  }
  if (!status) co_return fail(status.error());
  run.output->read();
  run.complaints->read();
  co_return answer_of(*status, run);
}

std::string AuthorizationExec::generation() const {
  struct stat file{};
  if (::stat(m_path.c_str(), &file) != 0) return {};
  std::string text;
  for (const auto number : {static_cast<long long>(file.st_dev), static_cast<long long>(file.st_ino),
                            static_cast<long long>(file.st_size), static_cast<long long>(file.st_ctim.tv_sec),
                            static_cast<long long>(file.st_ctim.tv_nsec)}) {
    text += std::to_string(number) + ",";
  }
  return text;
}

}  // namespace tlscore::judge
