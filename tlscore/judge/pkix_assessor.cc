// A path's outcome as a finding.
#include "tlscore/judge/pkix_assessor.h"

#include "tlscore/x509/path.h"

namespace tlscore::judge {

Task<Finding> PkixAssessor::assess(const Presented& presented, Cancel& /*cancel*/) {
  co_return assess_now(presented);
}

Finding PkixAssessor::assess_now(const Presented& presented) const {
  const auto fail_until = presented.now + kFailLifetime;
  if (presented.role == Role::Client)
    return {"pkix", Verdict::Absent, "no CA is set for clients", fail_until};
  const auto path = x509::verify_server_path({presented.chain, presented.host, presented.now, m_roots});
  if (!path) return {"pkix", Verdict::Fail, path.error().message, fail_until};
  const x509::Certificate& anchor = path->certificates.back();
  return {"pkix", Verdict::Pass, "its certificate leads to the trusted CA " + anchor.subject(),
          path->expires};
}

}  // namespace tlscore::judge
