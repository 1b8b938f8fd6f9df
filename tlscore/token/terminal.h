// Asking for a PIN on a terminal.
#pragma once

#include <termios.h>

#include <optional>
#include <string_view>

#include "tlscore/base/result.h"
#include "tlscore/base/secret.h"
#include "tlscore/token/interruption.h"

namespace tlscore::token {

/// Remembers how a terminal is set and puts it back when it goes. Whoever lends a terminal to a signer keeps
/// one of these meanwhile: a signer that is killed cannot tidy up.
class TerminalState {
 public:
  /// Does nothing, now and later, if `fd` is no terminal. Borrows the descriptor.
  explicit TerminalState(int fd);
  ~TerminalState() { restore(); }
  TerminalState(const TerminalState&) = delete;
  TerminalState& operator=(const TerminalState&) = delete;

  [[nodiscard]] bool is_terminal() const { return m_saved.has_value(); }
  /// Stops showing what is typed, and forgets what was typed ahead. Fails with Internal.
  [[nodiscard]] Result<void> hide_typing() const;
  void restore() const noexcept;

 private:
  int m_fd;
  std::optional<termios> m_saved;
};

/// Writes `question`, reads one line without showing it. Fails with Unsupported if `fd` is no terminal,
/// Cancelled for an empty line, the end of input or an interruption, TimedOut, TooLarge for a line over 256
/// characters.
[[nodiscard]] Result<Secret> read_pin_from_terminal(int fd, std::string_view question,
                                                    const Interruption& interruption);

}  // namespace tlscore::token
