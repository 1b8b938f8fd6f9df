// The assessor "openpgp": the peer's OpenPGP key is one that the user's keyring vouches for, or that is
// listed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "openpgp-auth/keyring_lookups.h"
#include "tlscore/judge/assessor.h"

namespace openpgp_auth {

/// Judges the OpenPGP certificate that the peer sent in place of X.509 (RFC 6091), by the key that it has
/// proved. What counts is in key_evidence.h. Who presents none is absent, unless fingerprints are listed.
class OpenPgpAssessor final : public tlscore::judge::Assessor {
 public:
  /// `listed` are fingerprints of primary keys, 40 lower-case hexadecimal digits. `keyring` is shared by all
  /// assessors of a loop.
  OpenPgpAssessor(std::shared_ptr<KeyringLookups> keyring, std::vector<std::string> listed)
      : m_keyring(std::move(keyring)), m_listed(std::move(listed)) {}

  [[nodiscard]] std::string_view name() const override { return "openpgp"; }
  [[nodiscard]] tlscore::Task<std::optional<std::string>> depends_on(
      const tlscore::judge::Presented& presented, tlscore::Cancel& cancel) override;
  [[nodiscard]] tlscore::Task<tlscore::judge::Finding> assess(const tlscore::judge::Presented& presented,
                                                              tlscore::Cancel& cancel) override;

 private:
  std::shared_ptr<KeyringLookups> m_keyring;
  std::vector<std::string> m_listed;
};

}  // namespace openpgp_auth
