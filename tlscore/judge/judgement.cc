// Asking, combining, and saying in one sentence how it went.
#include "tlscore/judge/judgement.h"

#include <algorithm>

#include "tlscore/x509/directory_string.h"

namespace tlscore::judge {
namespace {

const Finding* find(std::span<const Finding> findings, std::string_view name) {
  const auto found = std::ranges::find(findings, name, &Finding::assessor);
  return found == findings.end() ? nullptr : &*found;
}

/// "reason (pkix); reason (pin)" of those with this verdict.
std::string reasons(std::span<const Finding> findings, Verdict verdict) {
  std::string text;
  for (const Finding& finding : findings) {
    if (finding.verdict != verdict) continue;
    text += (text.empty() ? "" : "; ") + finding.reason + " (" + finding.assessor + ")";
  }
  return text;
}

std::string summarize(const std::string& host, const Judgement& judgement) {
  switch (judgement.verdict) {
    case Verdict::Pass: return host + " is trusted: " + reasons(judgement.findings, Verdict::Pass);
    case Verdict::Fail: return host + " is not trusted: " + reasons(judgement.findings, Verdict::Fail);
    case Verdict::Absent: break;
  }
  return "nothing shows who " + host + " is: " + reasons(judgement.findings, Verdict::Absent);
}

}  // namespace

Judgement combine(const Presented& presented, const TrustExpression& trust, std::vector<Finding> findings) {
  Judgement judgement;
  judgement.expires = std::chrono::sys_seconds::max();
  for (const std::string& name : trust.names()) {
    const Finding* finding = find(findings, name);
    judgement.findings.push_back(finding != nullptr ? *finding
                                                    : Finding{name, Verdict::Absent, "not part of this build",
                                                              std::chrono::sys_seconds::max()});
    judgement.expires = std::min(judgement.expires, judgement.findings.back().expires);
  }
  judgement.verdict =
      trust.evaluate([&judgement](std::string_view name) { return find(judgement.findings, name)->verdict; });
  judgement.summary = summarize(x509::escape_controls(presented.host), judgement);
  return judgement;
}

Task<Judgement> judge(const Presented& presented, const TrustExpression& trust,
                      std::span<Assessor* const> assessors, Cancel& cancel) {
  std::vector<Finding> findings;
  for (Assessor* const assessor : assessors) {
    if (!trust.contains(assessor->name()) || cancel.requested()) continue;
    Finding finding = co_await assessor->assess(presented, cancel);
    // An assessor speaks for itself only.
    finding.assessor = assessor->name();
    findings.push_back(std::move(finding));
  }
  Judgement judgement = combine(presented, trust, std::move(findings));
  if (cancel.requested()) {
    judgement.verdict = Verdict::Fail;
    judgement.summary = cancel.reason().message;
  }
  co_return judgement;
}

}  // namespace tlscore::judge
