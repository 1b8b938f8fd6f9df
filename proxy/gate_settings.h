// A gate's configuration and what is made of it once: certificates and keys read, trust set up.
//
// A connection holds the settings it began with, so that a reload never changes one in mid-life.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "openpgp-auth/keyring_lookups.h"
#include "proxy/gate_allow_file.h"
#include "proxy/gate_config.h"
#include "proxy/settings.h"
#include "tlscore/tls/engine_settings.h"
#include "tlscore/x509/certificate.h"
#include "tlscore/x509/private_key.h"

namespace proxy {

/// Who the gate is to clients that ask for one of its names.
struct GateServerIdentity {
  std::vector<tlscore::x509::Certificate> chain;  ///< Its own first.
  std::shared_ptr<tlscore::x509::PrivateKey> key;
  tlscore::Bytes openpgp{};  ///< The body of its OpenPGP Certificate message (RFC 6091); may be empty.

  [[nodiscard]] std::shared_ptr<const tlscore::tls::ServerCredential> credential() const;

  /// Whether its certificate is for this name or address, in the spelling of authority.h.
  [[nodiscard]] bool is_for(std::string_view host) const;
};

/// Immutable but for the allow file, which is read again when it changes. Loop's thread only.
class GateSettings {
 public:
  /// Reads every file. Fails with the file's name and what is wrong with it; with Malformed where a key is
  /// not its certificate's, or as check_gate says.
  static tlscore::Result<std::shared_ptr<GateSettings>> create(tlscore::EventLoop& loop, GateConfig config);

  [[nodiscard]] const GateConfig& config() const { return m_config; }

  /// The identity for the name in a ClientHello; the first one where it has none. Null where the name is none
  /// of the gate's: that client is turned away, as nginx does with ssl_reject_handshake, because a
  /// certificate of another name would only be a puzzle to it.
  [[nodiscard]] const GateServerIdentity* find(const std::optional<std::string>& server_name) const;

  /// Who vouches for OpenPGP keys; null: nobody, and such certificates are not asked for.
  [[nodiscard]] openpgp_auth::KeyringLookups* keyring() const { return m_keyring.get(); }
  /// Who vouches for the others.
  [[nodiscard]] const PartyTrust& trust() const { return m_trust; }

  /// Whether the client may pass: listed in the allow file; without one, vouched for by somebody.
  [[nodiscard]] bool allows(const GateClient& client);

 private:
  tlscore::Result<void> load_identities();
  explicit GateSettings(GateConfig config, PartyTrust trust)
      : m_config(std::move(config)), m_trust(std::move(trust)) {}

  GateConfig m_config;
  PartyTrust m_trust;
  std::vector<GateServerIdentity> m_identities;
  std::optional<AllowFile> m_allow_file;
  std::shared_ptr<openpgp_auth::KeyringLookups> m_keyring;
};

}  // namespace proxy
