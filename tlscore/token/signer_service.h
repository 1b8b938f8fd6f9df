// What the signer does with each request: the module, the open token, its keys. No socket here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tlscore/base/unique_fd.h"
#include "tlscore/token/pin_source.h"
#include "tlscore/token/pkcs11_module.h"
#include "tlscore/token/pkcs11_session.h"
#include "tlscore/token/signer_messages.h"
#include "tlscore/token/token_keys.h"

namespace tlscore::token {

/// Answers requests one after the other, blocking for as long as module or person need. Loads one module in
/// its life and opens one token.
class SignerService {
 public:
  /// `stop_fd`: see Interruption.
  SignerService(int stop_fd, PromptListener listener) : m_stop_fd(stop_fd), m_listener(std::move(listener)) {}

  /// The answer, a Failure included. `terminal` is what came along with a Login. A message that is no request
  /// is answered by a Failure with Malformed.
  [[nodiscard]] Message answer(const Message& request, UniqueFd terminal);

 private:
  Result<Message> handle(const ListTokens& request);
  Result<Message> handle(const Open& request);
  Result<Message> handle(const ListKeys& request);
  Result<Message> handle(const Login& request);
  Result<Message> handle(const Sign& request);
  Result<Message> handle(const Logout& request);
  Result<Message> handle(const MakeSoftToken& request);
  template <class NoRequest>
  Result<Message> handle(const NoRequest& /*unexpected*/) {
    return fail(ErrorKind::Malformed, "the signer got a message that is no request");
  }

  Result<void> load(const std::string& module);
  Result<void> require_open() const;
  Result<void> check_tries(const Login& request);
  Result<void> enter_pin(const Login& request, CK_USER_TYPE user);
  Result<void> load_keys();
  [[nodiscard]] PinTries tries_now() const;

  int m_stop_fd;
  int m_terminal_fd = -1;  ///< Lent by `answer` for the time of one request.
  PromptListener m_listener;
  std::string m_module_name;
  std::optional<Pkcs11Module> m_module;
  std::optional<TokenInfo> m_token;
  std::optional<Pkcs11Session> m_session;  ///< After the module, so that it closes first.
  std::optional<std::vector<TokenKey>> m_keys;
  Login m_login;  ///< The last one that succeeded, for keys that want the PIN each time.
};

}  // namespace tlscore::token
