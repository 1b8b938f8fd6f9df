// The assessor "pkix": the certificate leads to a CA of a trust store, for this host (x509/path.h).
#pragma once

#include "tlscore/judge/assessor.h"
#include "tlscore/x509/trust_store.h"

namespace tlscore::judge {

/// Never absent for a server: who presents no certificate fails. For a client it is absent, because nothing
/// says yet which CAs may vouch for clients.
class PkixAssessor final : public Assessor {
 public:
  explicit PkixAssessor(x509::TrustStore roots) : m_roots(std::move(roots)) {}

  [[nodiscard]] std::string_view name() const override { return "pkix"; }
  [[nodiscard]] Task<Finding> assess(const Presented& presented, Cancel& cancel) override;

  /// The same without a loop: it never waits.
  [[nodiscard]] Finding assess_now(const Presented& presented) const;

 private:
  x509::TrustStore m_roots;
};

}  // namespace tlscore::judge
