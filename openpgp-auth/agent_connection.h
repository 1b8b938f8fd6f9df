// One conversation with the user's gpg-agent (Assuan, through GPGME). Signer process only: a call waits for
// as long as the agent, its card and its pinentry need, and is ended by ending the process.
#pragma once

#include <gpgme.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/base/c_handle.h"
#include "tlscore/base/result.h"

namespace openpgp_auth {

/// What a command brought.
struct AgentAnswer {
  /// Of the data lines, decoded; at most 64 KiB.
  tlscore::Bytes data{};
  /// (keyword, arguments) of the status lines; at most 1024 of them.
  std::vector<std::pair<std::string, std::string>> status{};

  /// The arguments of the first status line with that keyword; null when there is none.
  [[nodiscard]] const std::string* find(std::string_view keyword) const;
};

class AgentConnection {
 public:
  /// Connects to the agent of $GNUPGHOME, and starts one if none runs. Fails with NotFound without GnuPG, and
  /// Unreachable.
  static tlscore::Result<AgentConnection> connect();

  /// Sends one command, waits for its end. `doing` is for the sentence of a failure, "reading a key".
  ///
  /// Fails with WrongPin, Cancelled (by the person), TimedOut (no person), TokenRemoved (no card), Refused
  /// (the PIN is locked), NotFound (no such key, no pinentry), TooLarge, and Internal.
  tlscore::Result<AgentAnswer> ask(const std::string& command, std::string_view doing);

 private:
  AgentConnection() = default;

  tlscore::CHandle<gpgme_context, gpgme_release> m_context;
};

/// A line of Assuan has no control characters and no more than 1000 octets: would this command be one?
[[nodiscard]] bool is_agent_command(std::string_view command);

}  // namespace openpgp_auth
