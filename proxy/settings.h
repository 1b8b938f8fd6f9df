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
#include "tlscore/judge/dane_assessor.h"
#include "tlscore/judge/trust_expression.h"
#include "tlscore/x509/crl_folder.h"

namespace proxy {

/// How one party is judged.
struct PartyTrust {
  tlscore::judge::TrustExpression expression;
  std::vector<std::unique_ptr<tlscore::judge::Assessor>> owned;
  std::vector<tlscore::judge::Assessor*> assessors;  ///< The same, as judge() takes them.
  /// What the assessors ask about revocation; null: nothing is.
  std::shared_ptr<tlscore::x509::CrlFolder> crls{};

  /// What the lists say at this moment, as a text that is another one once they have changed. Empty where
  /// none are asked. Looks at the folder.
  [[nodiscard]] std::string crls_state() const;
};

/// Immutable. Parties are looked up by their place in `config().parties`.
class Settings {
 public:
  /// Reads the root files. Fails with the file's name when one cannot be read. `demo_fingerprint` is
  /// what the demo party's OpenPGP key is known by. The settings share `keyring`, and what `dane` asks.
  static tlscore::Result<std::shared_ptr<const Settings>> create(
      Config config, const std::string& demo_fingerprint,
      const std::shared_ptr<openpgp_auth::KeyringLookups>& keyring, const tlscore::judge::DaneRules& dane);

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
  std::string crls{};   ///< A folder of CRLs, for pkix and dane; empty: none is asked.
  std::vector<tlscore::Bytes> pins{};
  std::vector<std::string> openpgp{};  ///< Fingerprints.
  tlscore::judge::DaneRules dane{};    ///< Without lookups `dane` is absent.
};

/// Reads the roots and the CRLs. Fails with the name of the file or folder that cannot be read.
[[nodiscard]] tlscore::Result<PartyTrust> make_trust(
    const TrustRules& rules, const std::shared_ptr<openpgp_auth::KeyringLookups>& keyring);

/// The folder of CRLs, read once; null for none (""). Fails as CrlFolder::open.
[[nodiscard]] tlscore::Result<std::shared_ptr<tlscore::x509::CrlFolder>> open_crls(const std::string& folder);

}  // namespace proxy
