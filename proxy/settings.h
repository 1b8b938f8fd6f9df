// The configuration and what is made of it once: roots read, trust expressions parsed.
//
// A connection holds the settings it began with, so that a reload never changes one in mid-life.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "openpgp-auth/keyring_lookups.h"
#include "proxy/config.h"
#include "tlscore/judge/assessor.h"
#include "tlscore/judge/trust_expression.h"

namespace proxy {

/// How one party is judged.
struct PartyTrust {
  tlscore::judge::TrustExpression expression;
  std::vector<std::unique_ptr<tlscore::judge::Assessor>> owned;
  std::vector<tlscore::judge::Assessor*> assessors;  ///< The same, as judge() takes them.
};

/// Immutable. Parties are looked up by their place in `config().parties`.
class Settings {
 public:
  /// Reads the root files. Fails with the file's name when one cannot be read. `demo_fingerprint` is
  /// what the demo party's OpenPGP key is known by. The settings share `keyring`.
  static tlscore::Result<std::shared_ptr<const Settings>> create(
      Config config, const std::string& demo_fingerprint,
      const std::shared_ptr<openpgp_auth::KeyringLookups>& keyring);

  [[nodiscard]] const Config& config() const { return m_config; }
  [[nodiscard]] const PartyTrust& trust_of(const Party& party) const { return m_trust.at(&party); }

 private:
  Settings() = default;

  Config m_config;
  std::map<const Party*, PartyTrust> m_trust;
};

/// How a party is trusted, as it stands in the configuration and in the options of `latchkey verify`.
struct TrustRules {
  std::string expression;
  std::string roots{};  ///< Empty: the system's store.
  std::vector<tlscore::Bytes> pins{};
  std::vector<std::string> openpgp{};  ///< Fingerprints.
};
[[nodiscard]] tlscore::Result<PartyTrust> make_trust(
    const TrustRules& rules, const std::shared_ptr<openpgp_auth::KeyringLookups>& keyring);

}  // namespace proxy
