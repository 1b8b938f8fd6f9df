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

/// One assessor of a judgement, and what there is of it.
struct Asked {
  Assessor* assessor;
  std::optional<OutcomeKey> key;  ///< Under which its finding is remembered; nothing: it is not.
  std::optional<Finding> finding;
};

Outcome outcome_of(const Finding& finding) {
  return {.verdict = finding.verdict, .reason = finding.reason, .expires = finding.expires};
}

Task<std::optional<OutcomeKey>> key_of(const Presented& presented, const TrustExpression& trust,
                                       Assessor& assessor, const OutcomeCache& cache, Cancel& cancel) {
  const auto depends_on = co_await assessor.depends_on(presented, cancel);
  if (!depends_on) co_return std::nullopt;
  co_return cache.key_of({.assessor = assessor.name(),
                          .trust = trust.text(),
                          .depends_on = *depends_on,
                          .presented = presented});
}

/// What the finding depends on may have changed while it was found: then it is nobody's but the one's who
/// asked.
Task<void> keep(const Presented& presented, const TrustExpression& trust, const Asked& one,
                const Remembered& remembered, Cancel& cancel) {
  const auto key = co_await key_of(presented, trust, *one.assessor, *remembered.cache, cancel);
  if (key == one.key && one.assessor->may_be_remembered(*one.finding))
    remembered.cache->keep(*key, outcome_of(*one.finding), presented.now);
}

/// Finds keys, and the findings that are remembered under them.
Task<void> recall(const Presented& presented, const TrustExpression& trust, std::vector<Asked>& all,
                  Remembered& remembered, Cancel& cancel) {
  std::vector<OutcomeCache::Wanted> wanted;
  std::vector<Asked*> askers;
  for (Asked& one : all) {
    one.key = co_await key_of(presented, trust, *one.assessor, *remembered.cache, cancel);
    if (!one.key) continue;
    wanted.push_back({*one.key, std::string(one.assessor->name())});
    askers.push_back(&one);
  }
  if (remembered.fresh || wanted.empty()) co_return;
  auto found = co_await remembered.cache->find(std::move(wanted), presented.now, cancel);
  for (std::size_t i = 0; i < askers.size(); ++i) {
    if (!found[i]) continue;
    askers[i]->finding = Finding{std::string(askers[i]->assessor->name()), found[i]->verdict,
                                 std::move(found[i]->reason), found[i]->expires};
    askers[i]->assessor->recalled(presented, *askers[i]->finding);
  }
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
                      std::span<Assessor* const> assessors, Cancel& cancel, Remembered remembered) {
  std::vector<Asked> all;
  for (Assessor* const assessor : assessors) {
    if (trust.contains(assessor->name())) all.push_back({assessor, std::nullopt, std::nullopt});
  }
  if (remembered.cache) co_await recall(presented, trust, all, remembered, cancel);
  std::vector<Finding> findings;
  for (Asked& one : all) {
    if (cancel.requested()) break;
    if (!one.finding) {
      one.finding = co_await one.assessor->assess(presented, cancel);
      // An assessor speaks for itself only.
      one.finding->assessor = one.assessor->name();
      if (one.key && !cancel.requested()) co_await keep(presented, trust, one, remembered, cancel);
    }
    findings.push_back(std::move(*one.finding));
  }
  Judgement judgement = combine(presented, trust, std::move(findings));
  if (cancel.requested()) {
    judgement.verdict = Verdict::Fail;
    judgement.summary = cancel.reason().message;
  }
  co_return judgement;
}

}  // namespace tlscore::judge
