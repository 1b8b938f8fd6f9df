// A gate's configuration and what is made of it once: certificates and keys read, trust set up.
//
// A connection holds the settings it began with, so that a reload never changes one in mid-life.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "openpgp-auth/keyring_lookups.h"
#include "proxy/gate_config.h"
#include "proxy/settings.h"
#include "tlscore/judge/authorization.h"
#include "tlscore/judge/outcome_cache.h"
#include "tlscore/tls/engine_settings.h"
#include "tlscore/x509/certificate.h"
#include "tlscore/x509/ed25519_key.h"
#include "tlscore/x509/private_key.h"

namespace proxy {

/// Who the gate is to clients that ask for one of its names.
struct GateServerIdentity {
  std::vector<tlscore::x509::Certificate> chain;  ///< Its own first.
  /// Where its key is: in memory, of the one kind or the other, or on a token.
  std::shared_ptr<tlscore::x509::PrivateKey> key{};
  std::shared_ptr<const tlscore::x509::Ed25519Key> ed25519_key{};
  std::string token_key{};   ///< A PKCS#11 URI.
  tlscore::Bytes openpgp{};  ///< The body of its OpenPGP Certificate message (RFC 6091); may be empty.

  [[nodiscard]] const tlscore::x509::PublicKey& public_key() const { return chain.front().public_key(); }

  /// Whether its certificate is for this name or address, in the spelling of authority.h.
  [[nodiscard]] bool is_for(std::string_view host) const;
};

/// Immutable but for the lists of the authorization, which are read again when they change. Loop's thread
/// only.
class GateSettings {
 public:
  /// Reads every file. Fails with the file's name and what is wrong with it; with Malformed where a key is
  /// not its certificate's, or as check_gate says.
  ///
  /// `outcomes` is where judgements are remembered; null: the gate has a memory of its own.
  static tlscore::Result<std::shared_ptr<GateSettings>> create(
      tlscore::EventLoop& loop, GateConfig config,
      std::shared_ptr<tlscore::judge::OutcomeCache> outcomes = nullptr);

  [[nodiscard]] const GateConfig& config() const { return m_config; }

  /// The DNS names of its certificates; wildcards as they stand there.
  [[nodiscard]] std::vector<std::string> names() const;

  /// The identity for the name in a ClientHello; the first one where it has none. Null where the name is none
  /// of the gate's: that client is turned away, as nginx does with ssl_reject_handshake, because a
  /// certificate of another name would only be a puzzle to it.
  [[nodiscard]] const GateServerIdentity* find(const std::optional<std::string>& server_name) const;

  /// Who vouches for OpenPGP keys; null: nobody, and such certificates are not asked for.
  [[nodiscard]] openpgp_auth::KeyringLookups* keyring() const { return m_keyring.get(); }
  [[nodiscard]] const std::shared_ptr<tlscore::judge::OutcomeCache>& outcomes() const { return m_outcomes; }
  /// Who vouches for the others.
  [[nodiscard]] const PartyTrust& trust() const { return m_trust; }

  /// Whether the client may pass: by the rules; without any, who is vouched for by somebody. One that showed
  /// nothing passes where no certificate is required. Everything outlives the task.
  [[nodiscard]] tlscore::Task<tlscore::judge::AuthorizationDecision> authorize(
      const tlscore::judge::AuthorizationQuestion& question, tlscore::Cancel& cancel) const;

 private:
  tlscore::Result<void> load_identities();
  explicit GateSettings(GateConfig config, PartyTrust trust)
      : m_config(std::move(config)), m_trust(std::move(trust)) {}

  GateConfig m_config;
  PartyTrust m_trust;
  std::vector<GateServerIdentity> m_identities;
  std::unique_ptr<tlscore::judge::Authorization> m_authorization;
  std::shared_ptr<tlscore::judge::OutcomeCache> m_outcomes;
  std::shared_ptr<openpgp_auth::KeyringLookups> m_keyring;
};

}  // namespace proxy
