// Asks for a PIN through a pinentry program: the window or screen in which GnuPG's users know to type theirs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tlscore/base/result.h"
#include "tlscore/base/secret.h"
#include "tlscore/token/interruption.h"

namespace tlscore::token {

/// What the person is told and how the program finds its screen.
struct PinentryQuestion {
  std::string title;
  std::string description;  ///< Says which token; may have several lines.
  std::string prompt;       ///< Beside the field.
  std::span<const std::string>
      options;  ///< "ttyname=/dev/pts/3", "ttytype=xterm", "display=:0", "lc-ctype=..."
};

/// What find_pinentry asks.
inline const std::vector<std::string> kAskForPinentry = {"gpgconf", "--list-components"};

/// The program: $LATCHKEY_PINENTRY, else the one that `gpgconf` names, else "pinentry" in $PATH.
[[nodiscard]] std::string find_pinentry();

/// Starts the program, asks once, and ends it on every path. Options that the program refuses are left out.
///
/// Fails with Cancelled when the person cancels, enters nothing, or `interruption` says so; TimedOut when
/// time runs out on either side; NotFound when the program does not start or cannot open a screen; Malformed
/// or TooLarge when it does not speak Assuan.
[[nodiscard]] Result<Secret> ask_pinentry(const std::string& program, const PinentryQuestion& question,
                                          const Interruption& interruption);

}  // namespace tlscore::token
