// Gets the PIN for a login from where the request says. Signer process only.
#pragma once

#include <functional>

#include "tlscore/base/result.h"
#include "tlscore/base/secret.h"
#include "tlscore/base/unique_fd.h"
#include "tlscore/token/signer_messages.h"

namespace tlscore::token {

/// Told when the signer begins and ends to wait for a person.
using PromptListener = std::function<void(bool shown)>;

/// What the question to a person is asked with.
struct PinQuestion {
  const TokenInfo& token;  ///< Its label, serial number and tries left are shown.
  int stop_fd;             ///< See Interruption.
  int terminal_fd;         ///< For PinSource::Terminal; -1 where none came.
  const PromptListener& listener;
};

/// Reads the PIN once. Fails with Cancelled or TimedOut where a person is asked, NotFound where the file, the
/// credential or the pinentry program is missing, Refused for a file that others can read.
[[nodiscard]] Result<Secret> read_pin(const Login& login, const PinQuestion& question);

/// The first line of a PIN file: a regular file of this user's that nobody else can read or write.
[[nodiscard]] Result<Secret> read_pin_file(const std::string& path);

}  // namespace tlscore::token
