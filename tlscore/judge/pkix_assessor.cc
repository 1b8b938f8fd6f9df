// A path's outcome as a finding.
#include "tlscore/judge/pkix_assessor.h"

#include "tlscore/x509/path.h"

namespace tlscore::judge {

Task<std::optional<std::string>> PkixAssessor::depends_on(const Presented& /*presented*/,
                                                          Cancel& /*cancel*/) {
  const std::string whom = m_role == Role::Server ? "servers " : "clients ";
  if (m_crls == nullptr) co_return whom + to_hex(m_roots.digest());
  if (!m_crls->refresh()) co_return std::nullopt;
  co_return whom + to_hex(m_roots.digest()) + " " + to_hex(m_crls->digest());
}

Task<Finding> PkixAssessor::assess(const Presented& presented, Cancel& /*cancel*/) {
  co_return assess_now(presented);
}

Finding PkixAssessor::assess_now(const Presented& presented) const {
  const auto fail_until = presented.now + kFailLifetime;
  if (presented.role != m_role) {
    const char* const whom = m_role == Role::Server ? "no CA is set for clients" : "no CA is set for servers";
    return {"pkix", Verdict::Absent, whom, fail_until};
  }
  if (!presented.openpgp.empty())
    return {"pkix", Verdict::Absent, "it presented an OpenPGP certificate, which no CA speaks for",
            fail_until};
  if (m_role == Role::Client && presented.chain.empty())
    return {"pkix", Verdict::Absent, "no certificate was presented", fail_until};
  const x509::PathQuery query{presented.chain, presented.host, presented.now, m_roots, m_crls.get()};
  const auto path =
      m_role == Role::Server ? x509::verify_server_path(query) : x509::verify_client_path(query);
  if (!path) return {"pkix", Verdict::Fail, path.error().message, fail_until};
  const x509::Certificate& anchor = path->certificates.back();
  return {"pkix", Verdict::Pass, "its certificate leads to the trusted CA " + anchor.subject(),
          path->expires};
}

}  // namespace tlscore::judge
