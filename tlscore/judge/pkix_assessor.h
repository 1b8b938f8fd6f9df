// The assessor "pkix": the certificate leads to a CA of a trust store, for this host or as a client's
// (x509/path.h).
#pragma once

#include <memory>

#include "tlscore/judge/assessor.h"
#include "tlscore/x509/crl_folder.h"
#include "tlscore/x509/trust_store.h"

namespace tlscore::judge {

/// Judges peers of one role only, because the CAs that may vouch for servers are not those that may vouch for
/// clients; for others it is absent. Never absent for a server: who presents no certificate fails. It is
/// absent for a client that presents none.
class PkixAssessor final : public Assessor {
 public:
  /// `crls` is asked about revocation; null: nothing is.
  explicit PkixAssessor(x509::TrustStore roots, Role role = Role::Server,
                        std::shared_ptr<x509::CrlFolder> crls = nullptr)
      : m_roots(std::move(roots)), m_role(role), m_crls(std::move(crls)) {}

  [[nodiscard]] std::string_view name() const override { return "pkix"; }
  [[nodiscard]] Task<std::optional<std::string>> depends_on(const Presented& presented,
                                                            Cancel& cancel) override;
  [[nodiscard]] Task<Finding> assess(const Presented& presented, Cancel& cancel) override;

  /// The same without a loop: it never waits.
  [[nodiscard]] Finding assess_now(const Presented& presented) const;

 private:
  x509::TrustStore m_roots;
  Role m_role;
  std::shared_ptr<x509::CrlFolder> m_crls;
};

}  // namespace tlscore::judge
