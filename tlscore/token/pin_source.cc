// Pinentry, terminal, systemd credential, file.
#include "tlscore/token/pin_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "tlscore/base/log.h"
#include "tlscore/token/pinentry.h"
#include "tlscore/token/terminal.h"

namespace tlscore::token {
namespace {

class ShownPrompt {
 public:
  explicit ShownPrompt(const PromptListener& listener) : m_listener(listener) { m_listener(true); }
  ~ShownPrompt() { m_listener(false); }
  ShownPrompt(const ShownPrompt&) = delete;
  ShownPrompt& operator=(const ShownPrompt&) = delete;
  ShownPrompt(ShownPrompt&&) = delete;
  ShownPrompt& operator=(ShownPrompt&&) = delete;

 private:
  const PromptListener& m_listener;
};

/// The first line of what `fd` holds.
Result<Secret> first_line(int fd) {
  Secret pin;
  for (;;) {
    char c = 0;
    const ssize_t count = ::read(fd, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(ErrorKind::Internal, "the PIN's file cannot be read");
    if (count == 0 || c == '\n') break;
    const auto kept = pin.append(c);
    wipe({&c, 1});
    TRY(kept);
  }
  if (pin.empty()) return fail(ErrorKind::NotFound, "the PIN's file is empty");
  return pin;
}

Result<Secret> read_credential() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) {
    return fail(ErrorKind::NotFound,
                "systemd gave no credential; add LoadCredential=latchkey.pin:... to the unit");
  }
  const std::string path = std::string(folder) + "/latchkey.pin";
  // systemd guards this folder; its owner and mode are not ours to judge.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return fail(ErrorKind::NotFound, path + " cannot be opened");
  return first_line(file.get());
}

std::string tries_line(PinTries tries) {
  switch (tries) {
    case PinTries::One: return "\nThis is the last try: a wrong PIN locks the token.";
    case PinTries::Few: return "\nA wrong PIN was entered before; few tries are left.";
    default: return "";
  }
}

Result<Secret> ask_with_pinentry(const Login& login, const PinQuestion& question,
                                 const Interruption& interruption) {
  const TokenInfo& token = question.token;
  const PinentryQuestion asked{.title = "Latchkey",
                               .description = "Please enter the PIN of the token\n" + printable(token.label) +
                                              "\nserial number " + printable(token.serial) +
                                              tries_line(token.pin_tries),
                               .prompt = "PIN:",
                               .options = login.pinentry_options};
  return ask_pinentry(find_pinentry(), asked, interruption);
}

Result<Secret> ask_on_terminal(const PinQuestion& question, const Interruption& interruption) {
  if (question.terminal_fd < 0) return fail(ErrorKind::Unsupported, "no terminal came with the request");
  const TokenInfo& token = question.token;
  const std::string tries = tries_line(token.pin_tries);
  const std::string text = (tries.empty() ? "" : tries.substr(1) + "\n") + "PIN of the token " +
                           printable(token.label) + " (serial number " + printable(token.serial) + "): ";
  return read_pin_from_terminal(question.terminal_fd, text, interruption);
}

Result<Secret> ask_person(const Login& login, const PinQuestion& question) {
  std::optional<std::chrono::seconds> limit;
  if (login.limit_seconds > 0) limit = std::chrono::seconds(login.limit_seconds);
  const Interruption interruption(question.stop_fd, limit);
  const ShownPrompt shown(question.listener);
  if (login.source == PinSource::Terminal) return ask_on_terminal(question, interruption);
  return ask_with_pinentry(login, question, interruption);
}

}  // namespace

Result<Secret> read_pin_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return fail(ErrorKind::NotFound, "the PIN's file " + path + " cannot be opened");
  struct stat status{};
  const bool known = ::fstat(file.get(), &status) == 0;
  if (!known || !S_ISREG(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 077U) != 0) {
    return fail(ErrorKind::Refused, path + " must be a file of yours that nobody else can read (chmod 600)");
  }
  return first_line(file.get());
}

Result<Secret> read_pin(const Login& login, const PinQuestion& question) {
  switch (login.source) {
    case PinSource::Pinentry:
    case PinSource::Terminal: return ask_person(login, question);
    case PinSource::Credential: return read_credential();
    case PinSource::File: return read_pin_file(login.file);
  }
  return fail(ErrorKind::Unsupported, "an unknown source for the PIN");
}

}  // namespace tlscore::token
