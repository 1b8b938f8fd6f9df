// A signer's keys, where gpg-agent has them: `token.module = "gpg-agent"`. Signer process only.
//
// The card stays GnuPG's, and the PIN is asked for by gpg-agent's own pinentry: neither PKCS#11 nor a PIN of
// ours is in it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "openpgp-auth/agent_connection.h"
#include "openpgp-auth/agent_key_listing.h"
#include "tlscore/token/key_source.h"

namespace openpgp_auth {

/// The name that stands for this in the configuration.
inline constexpr std::string_view kAgentModule = "gpg-agent";

/// Fails as AgentConnection::connect does.
[[nodiscard]] tlscore::Result<std::unique_ptr<tlscore::token::KeySource>> make_agent_keys(
    tlscore::token::PersonAccess person);

/// Two tokens: the card that is in, if one is, and the keys on disk. A request to open that names a reader
/// means the card.
class AgentKeys final : public tlscore::token::KeySource {
 public:
  AgentKeys(AgentConnection agent, tlscore::token::PersonAccess person)
      : m_person(std::move(person)), m_agent(std::move(agent)) {}

  [[nodiscard]] tlscore::Result<std::vector<tlscore::token::TokenInfo>> tokens() override;
  [[nodiscard]] tlscore::Result<tlscore::token::TokenInfo> open(const tlscore::token::Open& request) override;
  [[nodiscard]] tlscore::Result<std::vector<tlscore::token::KeyInfo>> keys(bool anew) override;
  /// Where the PIN comes from is not ours to say; the request tells where pinentry is to be shown. A
  /// passphrase of a key on disk is asked for with its first signature.
  [[nodiscard]] tlscore::Result<void> login(const tlscore::token::Login& request, int terminal_fd) override;
  [[nodiscard]] tlscore::Result<tlscore::Bytes> sign(const tlscore::token::Sign& request) override;
  [[nodiscard]] tlscore::Result<void> logout() override;
  [[nodiscard]] tlscore::token::PinTries pin_tries() const override;
  [[nodiscard]] tlscore::Result<void> make_soft_token(const tlscore::token::MakeSoftToken& request) override;

 private:
  [[nodiscard]] tlscore::Result<void> require_open() const;
  [[nodiscard]] tlscore::Result<void> load_keys();
  [[nodiscard]] tlscore::Result<void> enter_pin(const tlscore::token::Login& request);
  void tell_screen(const tlscore::token::Login& request, int terminal_fd);

  tlscore::token::PersonAccess m_person;
  AgentConnection m_agent;
  std::optional<tlscore::token::TokenInfo> m_token;
  std::optional<std::vector<AgentKey>> m_keys;
  bool m_logged_in = false;
};

}  // namespace openpgp_auth
