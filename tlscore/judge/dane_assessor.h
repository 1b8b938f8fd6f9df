// The assessor "dane": what a server presented is what its zone says, in records that DNSSEC proves
// (dns/tlsa_match.h).
//
//   the answer is            and the finding is
//   secure, and matches      pass
//   secure, and does not     fail; absent where no record can be used
//   secure, no records       absent
//   insecure                 absent
//   bogus                    fail
//   unreachable              fail where the user asked for DANE or the server had secure records within 30
//   days,
//                            else absent, with a warning: most networks would be unusable otherwise
#pragma once

#include <memory>

#include "tlscore/dns/tlsa_lookups.h"
#include "tlscore/judge/assessor.h"
#include "tlscore/judge/seen_tlsa.h"
#include "tlscore/x509/crl_folder.h"
#include "tlscore/x509/trust_store.h"

namespace tlscore::judge {

struct DaneRules {
  std::shared_ptr<dns::TlsaLookups> lookups{};  ///< Shared by all assessors of a loop; never null.
  std::shared_ptr<SeenTlsa> seen{};             ///< Shared likewise. Null: nothing is remembered.
  bool asked_by_user = false;                   ///< `dane` stands in an expression that the user wrote.
  /// What the answers of `lookups` depend on besides the DNS, e.g. their mode and the trust anchor: another
  /// text where they may be others. Empty: findings are not remembered.
  std::string believes{};
};

/// Absent for clients and for addresses, without a lookup. Names that are not to be asked for (dns.insecure,
/// dns.hosts, /etc/hosts) are for the lookups to know: they answer Insecure.
class DaneAssessor final : public Assessor {
 public:
  /// `roots` are for PKIX-TA and PKIX-EE; `crls` is asked about revocation where a record is about a CA or
  /// wants one (null: nothing is). DANE-EE asks neither.
  DaneAssessor(DaneRules rules, x509::TrustStore roots, std::shared_ptr<x509::CrlFolder> crls = nullptr)
      : m_rules(std::move(rules)), m_roots(std::move(roots)), m_crls(std::move(crls)) {}

  [[nodiscard]] std::string_view name() const override { return "dane"; }
  [[nodiscard]] Task<std::optional<std::string>> depends_on(const Presented& presented,
                                                            Cancel& cancel) override;
  /// Only a pass: what else is found may be about this machine's network.
  [[nodiscard]] bool may_be_remembered(const Finding& finding) const override {
    return finding.verdict == Verdict::Pass;
  }
  /// A pass shows that there are records, whoever has seen them.
  void recalled(const Presented& presented, const Finding& finding) override;
  [[nodiscard]] Task<Finding> assess(const Presented& presented, Cancel& cancel) override;

  /// The same for an answer that is there: it never waits, and remembers nothing.
  [[nodiscard]] Finding assess_now(const Presented& presented, const dns::TlsaAnswer& answer) const;

 private:
  /// Where there is nothing to ask.
  [[nodiscard]] std::optional<Finding> judge_unasked(const Presented& presented) const;
  [[nodiscard]] Finding judge_secure(const Presented& presented, const dns::TlsaAnswer& answer) const;
  [[nodiscard]] Finding judge_unreachable(const Presented& presented, const dns::TlsaAnswer& answer) const;
  void remember(const Presented& presented, const dns::TlsaAnswer& answer);

  DaneRules m_rules;
  x509::TrustStore m_roots;
  std::shared_ptr<x509::CrlFolder> m_crls;
};

}  // namespace tlscore::judge
