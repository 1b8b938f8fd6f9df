// The keys behind a PKCS#11 module. Signer process only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tlscore/token/key_source.h"
#include "tlscore/token/pkcs11_module.h"
#include "tlscore/token/pkcs11_session.h"
#include "tlscore/token/token_keys.h"

namespace tlscore::token {

/// Loads the module (see Pkcs11Module::load about names and failures).
[[nodiscard]] Result<std::unique_ptr<KeySource>> make_pkcs11_keys(const std::string& module,
                                                                  PersonAccess person);

class Pkcs11Keys final : public KeySource {
 public:
  Pkcs11Keys(Pkcs11Module module, PersonAccess person)
      : m_person(std::move(person)), m_module(std::move(module)) {}

  [[nodiscard]] Result<std::vector<TokenInfo>> tokens() override;
  [[nodiscard]] Result<TokenInfo> open(const Open& request) override;
  [[nodiscard]] Result<std::vector<KeyInfo>> keys(bool anew) override;
  [[nodiscard]] Result<void> login(const Login& request, int terminal_fd) override;
  [[nodiscard]] Result<Bytes> sign(const Sign& request) override;
  [[nodiscard]] Result<void> logout() override;
  [[nodiscard]] PinTries pin_tries() const override;
  [[nodiscard]] Result<void> make_soft_token(const MakeSoftToken& request) override;

 private:
  [[nodiscard]] Result<void> require_open() const;
  [[nodiscard]] Result<void> check_tries(const Login& request);
  [[nodiscard]] Result<void> enter_pin(const Login& request, CK_USER_TYPE user, int terminal_fd);
  [[nodiscard]] Result<void> load_keys();

  PersonAccess m_person;
  Pkcs11Module m_module;
  std::optional<TokenInfo> m_token;
  std::optional<Pkcs11Session> m_session;  ///< After the module, so that it closes first.
  std::optional<std::vector<TokenKey>> m_keys;
  Login m_login;  ///< The last one that succeeded, for keys that want the PIN each time.
};

}  // namespace tlscore::token
