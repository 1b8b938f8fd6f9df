// Where a signer's keys are, and what may be done with them: a PKCS#11 module (pkcs11_keys.h), or whatever
// else the signer process is given.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tlscore/token/pin_source.h"
#include "tlscore/token/signer_messages.h"

namespace tlscore::token {

/// The tokens that one module, or what stands for one, shows, and one of them that is open. In the signer
/// process only: calls block for as long as the token or a person need, and the process is killed where that
/// is too long. open() comes first; all behind it fails with Disarmed before.
class KeySource {
 public:
  KeySource() = default;
  virtual ~KeySource() = default;
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;

  [[nodiscard]] virtual Result<std::vector<TokenInfo>> tokens() = 0;
  /// Opens the token that the request selects, in the place of the one that was open.
  [[nodiscard]] virtual Result<TokenInfo> open(const Open& request) = 0;
  /// The open token's keys that can sign, read `anew` or as they were read last.
  [[nodiscard]] virtual Result<std::vector<KeyInfo>> keys(bool anew) = 0;
  /// Has the PIN asked for and entered, once; see SignerClient::login. `terminal_fd` is -1 where none came.
  [[nodiscard]] virtual Result<void> login(const Login& request, int terminal_fd) = 0;
  /// The signature has been verified with the key's public key.
  [[nodiscard]] virtual Result<Bytes> sign(const Sign& request) = 0;
  /// The token forgets the PIN.
  [[nodiscard]] virtual Result<void> logout() = 0;
  /// Of the open token, now.
  [[nodiscard]] virtual PinTries pin_tries() const = 0;
  /// See soft_token.h. No open token is wanted.
  [[nodiscard]] virtual Result<void> make_soft_token(const MakeSoftToken& request) = 0;
};

/// How a signer reaches the person at the machine.
struct PersonAccess {
  int stop_fd;              ///< See Interruption.
  PromptListener listener;  ///< To be told when a person is waited for.
};

/// Makes the source that a module's name stands for; fails where there is none.
using KeySourceMaker =
    std::function<Result<std::unique_ptr<KeySource>>(const std::string& module, PersonAccess person)>;

}  // namespace tlscore::token
