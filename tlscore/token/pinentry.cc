// One dialogue: options, texts, GETPIN.
#include "tlscore/token/pinentry.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "tlscore/token/assuan.h"
#include "tlscore/token/piped_child.h"

namespace tlscore::token {
namespace {

// libgpg-error's codes, in the low 16 bits.
constexpr std::uint32_t kCodeMask = 0xffff;
constexpr std::uint32_t kTimeout = 62;
constexpr std::uint32_t kCancelled = 99;
constexpr std::uint32_t kFullyCancelled = 198;

constexpr int kMaxResponseLines = 200;
constexpr std::size_t kMaxGpgconfBytes = 16UL * 1024;

/// A line that may hold a PIN: on the stack and wiped.
class Line {
 public:
  Line() = default;
  ~Line() { wipe(m_text); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  Line(Line&&) = delete;
  Line& operator=(Line&&) = delete;

  /// Octet by octet, so that nothing of the PIN stays in a buffer. Fails as ask_pinentry says.
  Result<void> read(int fd, const Interruption& interruption) {
    m_size = 0;
    for (;;) {
      TRY(interruption.wait_readable(fd));
      char& c = m_text[m_size];
      const ssize_t count = ::read(fd, &c, 1);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0)
        return fail(ErrorKind::NotFound, "the pinentry program did not start, or ended by itself");
      if (c == '\n') return {};
      if (++m_size == m_text.size())
        return fail(ErrorKind::TooLarge, "the pinentry program sent an endless line");
    }
  }
  [[nodiscard]] std::string_view text() const { return {m_text.data(), m_size}; }

 private:
  std::array<char, kMaxAssuanLineBytes + 1> m_text{};
  std::size_t m_size = 0;
};

Error error_of(std::uint32_t code) {
  switch (code & kCodeMask) {
    case kCancelled:
    case kFullyCancelled: return {ErrorKind::Cancelled, "the question for the PIN was cancelled"};
    case kTimeout: return {ErrorKind::TimedOut, "nobody entered a PIN in time"};
    default:
      return {ErrorKind::NotFound,
              "the pinentry program cannot ask (its error is " + std::to_string(code & kCodeMask) +
                  "); is there a screen or terminal for it? `latchkey unlock` asks on yours"};
  }
}

class Dialogue {
 public:
  Dialogue(const PipedChild& child, const Interruption& interruption)
      : m_child(child), m_interruption(interruption) {}

  /// Reads up to OK. Data goes to `pin`, where there is one. Anything that is asked back is left unanswered.
  Result<void> await_ok(Secret* pin) {
    Line line;
    for (int count = 0; count < kMaxResponseLines; ++count) {
      TRY(line.read(m_child.output(), m_interruption));
      const AssuanLine parsed = TRY(parse_assuan_line(line.text()));
      switch (parsed.response) {
        case AssuanResponse::Ok: return {};
        case AssuanResponse::Error: return fail(error_of(parsed.code));
        case AssuanResponse::Data:
          if (pin != nullptr) TRY(decode_assuan_data(parsed.rest, *pin));
          break;
        case AssuanResponse::Inquire: TRY(m_child.write("CAN\n")); break;
        case AssuanResponse::Other: break;
      }
    }
    return fail(ErrorKind::TooLarge, "the pinentry program talks without end");
  }

  Result<void> say(std::string_view command, std::string_view text, Secret* pin = nullptr) {
    std::string line = std::string(command) + (text.empty() ? "" : " ") + encode_assuan_text(text);
    if (line.size() > kMaxAssuanLineBytes)
      return fail(ErrorKind::TooLarge, "a text for the pinentry program is too long");
    line += '\n';
    TRY(m_child.write(line));
    return await_ok(pin);
  }

 private:
  const PipedChild& m_child;
  const Interruption& m_interruption;
};

/// The program's answer to an option does not matter, as long as it is still there.
Result<void> offer_options(Dialogue& dialogue, std::span<const std::string> options) {
  for (const std::string& option : options) {
    const auto taken = dialogue.say("OPTION", option);
    if (!taken && taken.error().kind != ErrorKind::NotFound) return fail(taken.error());
  }
  return {};
}

/// "pinentry:Passphrase Entry:/usr/bin/pinentry" among gpgconf's components.
std::optional<std::string> pinentry_line(std::string_view components) {
  while (!components.empty()) {
    const std::string_view line = components.substr(0, components.find('\n'));
    components.remove_prefix(std::min(line.size() + 1, components.size()));
    if (!line.starts_with("pinentry:")) continue;
    const std::string_view path = line.substr(line.rfind(':') + 1);
    if (path.starts_with('/')) return std::string(path);
  }
  return std::nullopt;
}

std::optional<std::string> ask_gpgconf() {
  const auto child = PipedChild::start(kAskForPinentry);
  if (!child) return std::nullopt;
  const Interruption five_seconds(-1, std::chrono::seconds(5));
  std::string components;
  std::array<char, 1024> buffer{};
  while (components.size() < kMaxGpgconfBytes) {
    if (!five_seconds.wait_readable(child->output())) return std::nullopt;
    const ssize_t count = ::read(child->output(), buffer.data(), buffer.size());
    if (count <= 0) break;
    components.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return pinentry_line(components);
}

/// Graphical programs look for their display before they listen to options.
std::vector<std::string> command_line(const std::string& program, std::span<const std::string> options) {
  constexpr std::string_view kDisplay = "display=";
  std::vector<std::string> arguments = {program};
  for (const std::string& option : options) {
    if (option.starts_with(kDisplay))
      arguments.insert(arguments.end(), {"--display", option.substr(kDisplay.size())});
  }
  return arguments;
}

}  // namespace

std::string find_pinentry() {
  if (const char* own = std::getenv("LATCHKEY_PINENTRY"); own != nullptr && *own != '\0') return own;
  return ask_gpgconf().value_or("pinentry");
}

Result<Secret> ask_pinentry(const std::string& program, const PinentryQuestion& question,
                            const Interruption& interruption) {
  const PipedChild child = TRY(PipedChild::start(command_line(program, question.options)));
  Dialogue dialogue(child, interruption);
  TRY(dialogue.await_ok(nullptr));
  TRY(offer_options(dialogue, question.options));
  TRY(dialogue.say("SETTITLE", question.title));
  TRY(dialogue.say("SETDESC", question.description));
  TRY(dialogue.say("SETPROMPT", question.prompt));
  Secret pin;
  TRY(dialogue.say("GETPIN", "", &pin));
  if (pin.empty()) return fail(ErrorKind::Cancelled, "no PIN was entered");
  return pin;
}

}  // namespace tlscore::token
