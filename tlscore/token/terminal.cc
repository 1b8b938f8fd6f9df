// One line, read octet by octet, so that no buffer of ours ever holds the PIN.
#include "tlscore/token/terminal.h"

#include <unistd.h>

#include <cerrno>

namespace tlscore::token {
namespace {

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // a prompt that cannot be shown does not keep anybody from typing
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

Result<Secret> read_line(int fd, const Interruption& interruption) {
  Secret line;
  for (;;) {
    TRY(interruption.wait_readable(fd));
    char c = 0;
    const ssize_t count = ::read(fd, &c, 1);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return fail(ErrorKind::Cancelled, "the terminal was closed before a PIN was entered");
    if (c == '\n' || c == '\r') return line;
    const auto kept = line.append(c);
    wipe({&c, 1});
    TRY(kept);
  }
}

}  // namespace

TerminalState::TerminalState(int fd) : m_fd(fd) {
  termios state{};
  if (::tcgetattr(fd, &state) == 0) m_saved = state;
}

Result<void> TerminalState::hide_typing() const {
  if (!m_saved) return fail(ErrorKind::Unsupported, "this is no terminal");
  termios hidden = *m_saved;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
  hidden.c_lflag |= ICANON;
  if (::tcsetattr(m_fd, TCSAFLUSH, &hidden) != 0)
    return fail(ErrorKind::Internal, "the terminal cannot hide the PIN");
  return {};
}

void TerminalState::restore() const noexcept {
  // TCSANOW, because waiting for output to drain would hang on a terminal that was stopped by Ctrl-S.
  if (m_saved) static_cast<void>(::tcsetattr(m_fd, TCSANOW, &*m_saved));
}

Result<Secret> read_pin_from_terminal(int fd, std::string_view question, const Interruption& interruption) {
  const TerminalState terminal(fd);
  TRY(terminal.hide_typing());
  write_all(fd, question);
  auto pin = read_line(fd, interruption);
  write_all(fd, "\n");
  if (pin && pin->empty()) return fail(ErrorKind::Cancelled, "no PIN was entered");
  return pin;
}

}  // namespace tlscore::token
