// The judgement: the assessors' findings, combined as the party's trust expression says.
#pragma once

#include <span>

#include "tlscore/judge/assessor.h"
#include "tlscore/judge/outcome_cache.h"
#include "tlscore/judge/trust_expression.h"

namespace tlscore::judge {

struct Judgement {
  Verdict verdict = Verdict::Fail;     ///< Of the whole expression. Pass alone means trusted.
  std::vector<Finding> findings;       ///< One for each name in the expression, in its order.
  std::chrono::sys_seconds expires{};  ///< The earliest of the findings'; max() if none of them ages.
  std::string summary;                 ///< One sentence without full stop, for the refusal page and the log.

  [[nodiscard]] bool trusted() const { return verdict == Verdict::Pass; }
};

/// Combines findings, of which there is one for each name of the expression; a name without one is absent.
[[nodiscard]] Judgement combine(const Presented& presented, const TrustExpression& trust,
                                std::vector<Finding> findings);

/// Asks those of `assessors` that the expression names, one after the other, and combines what they find. A
/// name without assessor is absent, "not part of this build". When `cancel` is requested the verdict is Fail,
/// whatever was found, and the summary is its reason. All arguments outlive the task, the array under
/// `assessors` as well.
///
/// An assessor whose finding `remembered` has, for exactly this question, is not asked; what the others find
/// is remembered.
[[nodiscard]] Task<Judgement> judge(const Presented& presented, const TrustExpression& trust,
                                    std::span<Assessor* const> assessors, Cancel& cancel,
                                    Remembered remembered = {});

}  // namespace tlscore::judge
