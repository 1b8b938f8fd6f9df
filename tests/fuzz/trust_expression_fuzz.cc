// Trust expressions: whatever is read obeys the logic's laws.
#include "tests/fuzz/require.h"
#include "tlscore/base/bytes.h"
#include "tlscore/judge/trust_expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tlscore::judge::TrustExpression;
  using tlscore::judge::Verdict;
  const auto expression = TrustExpression::parse(tlscore::as_text({data, size}));
  if (!expression) return 0;
  fuzz::require(!expression->names().empty() && expression->names().size() <= 4);
  // With one answer from everybody, that is the answer.
  for (const Verdict verdict : {Verdict::Pass, Verdict::Fail, Verdict::Absent}) {
    fuzz::require(expression->evaluate([verdict](std::string_view) { return verdict; }) == verdict);
  }
  const auto inside = TrustExpression::parse("(" + expression->text() + ")");
  if (inside) fuzz::require(inside->names() == expression->names());
  return 0;
}
