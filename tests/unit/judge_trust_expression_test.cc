// The grammar of trust expressions, and their three-valued logic in full.
#include <gtest/gtest.h>

#include <map>

#include "tlscore/judge/trust_expression.h"

namespace tlscore::judge {
namespace {

constexpr Verdict kPass = Verdict::Pass;
constexpr Verdict kFail = Verdict::Fail;
constexpr Verdict kAbsent = Verdict::Absent;

using Verdicts = std::map<std::string, Verdict, std::less<>>;

Verdict evaluate(std::string_view text, const Verdicts& verdicts) {
  const auto expression = TrustExpression::parse(text);
  EXPECT_TRUE(expression) << text << ": " << expression.error().message;
  if (!expression) return kFail;
  return expression->evaluate([&verdicts](std::string_view name) { return verdicts.find(name)->second; });
}

std::string error_of(std::string_view text) {
  const auto expression = TrustExpression::parse(text);
  return expression ? "" : expression.error().message;
}

TEST(TrustExpression, AndFollowsItsTable) {
  const Verdict table[3][3] = {{kPass, kFail, kAbsent}, {kFail, kFail, kFail}, {kAbsent, kFail, kAbsent}};
  for (const Verdict a : {kPass, kFail, kAbsent}) {
    for (const Verdict b : {kPass, kFail, kAbsent}) {
      SCOPED_TRACE(testing::Message() << to_string(a) << " and " << to_string(b));
      EXPECT_EQ(evaluate("pkix and pin", {{"pkix", a}, {"pin", b}}),
                table[static_cast<int>(a)][static_cast<int>(b)]);
    }
  }
}

TEST(TrustExpression, OrFollowsItsTable) {
  const Verdict table[3][3] = {{kPass, kPass, kPass}, {kFail, kFail, kFail}, {kPass, kFail, kAbsent}};
  for (const Verdict a : {kPass, kFail, kAbsent}) {
    for (const Verdict b : {kPass, kFail, kAbsent}) {
      SCOPED_TRACE(testing::Message() << to_string(a) << " or " << to_string(b));
      EXPECT_EQ(evaluate("dane or pkix", {{"dane", a}, {"pkix", b}}),
                table[static_cast<int>(a)][static_cast<int>(b)]);
    }
  }
}

TEST(TrustExpression, AFailureIsNotHealedByWhatComesAfterOr) {
  EXPECT_EQ(evaluate("openpgp or dane or pkix", {{"openpgp", kAbsent}, {"dane", kFail}, {"pkix", kPass}}),
            kFail);
}

TEST(TrustExpression, AndBindsTighterThanOr) {
  const Verdicts verdicts = {{"openpgp", kPass}, {"dane", kPass}, {"pkix", kFail}};
  EXPECT_EQ(evaluate("openpgp or dane and pkix", verdicts), kPass);
  EXPECT_EQ(evaluate("(openpgp or dane) and pkix", verdicts), kFail);
  const Verdicts others = {{"openpgp", kAbsent}, {"dane", kPass}, {"pkix", kPass}};
  EXPECT_EQ(evaluate("openpgp and dane or pkix", others), kPass);
  EXPECT_EQ(evaluate("openpgp and (dane or pkix)", others), kAbsent);
}

TEST(TrustExpression, NamesComeOnceInOrder) {
  const auto expression = TrustExpression::parse(" pin and(pkix or pin)\n");
  ASSERT_TRUE(expression);
  EXPECT_EQ(expression->names(), (std::vector<std::string>{"pin", "pkix"}));
  EXPECT_TRUE(expression->contains("pkix"));
  EXPECT_FALSE(expression->contains("dane"));
}

TEST(TrustExpression, TheDefaultsAreTheDesigns) {
  EXPECT_EQ(TrustExpression::standard(false).text(), "openpgp or dane or pkix");
  EXPECT_EQ(TrustExpression::standard(true).text(), "pin and (openpgp or dane or pkix)");
}

TEST(TrustExpression, AnErrorNamesItsPosition) {
  EXPECT_EQ(error_of("pkix or ca"),
            "unknown name \"ca\" at position 9; the names are openpgp, dane, pkix and pin");
  EXPECT_EQ(error_of(""), "expected a name at position 1");
  EXPECT_EQ(error_of("pkix and"), "expected a name at position 9");
  EXPECT_EQ(error_of("pkix pin"), "expected \"and\", \"or\" or the end at position 6");
  EXPECT_EQ(error_of("(pkix"), "expected \")\" at position 6");
  EXPECT_EQ(error_of("pkix)"), "expected \"and\", \"or\" or the end at position 5");
  EXPECT_EQ(error_of("()"), "expected a name at position 2");
  EXPECT_EQ(error_of("not pkix").substr(0, 18), "unknown name \"not\"");
  EXPECT_EQ(error_of("pkix & pin"), "expected \"and\", \"or\" or the end at position 6");
  EXPECT_EQ(error_of("& pin"), "expected a name at position 1");
  EXPECT_NE(error_of("PKIX"), "");
  EXPECT_NE(error_of(std::string_view("pkix\0", 5)), "");
}

TEST(TrustExpression, DepthAndLengthAreBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "pkix" + std::string(depth, ')');
  };
  EXPECT_TRUE(TrustExpression::parse(nested(TrustExpression::kMaxDepth)));
  EXPECT_EQ(TrustExpression::parse(nested(TrustExpression::kMaxDepth + 1)).error().kind, ErrorKind::TooLarge);
  EXPECT_EQ(TrustExpression::parse(std::string(1025, ' ')).error().kind, ErrorKind::TooLarge);
  // Parentheses beside each other are no depth.
  std::string row = "(pin)";
  while (row.size() < 900) row += " or (pin)";
  EXPECT_TRUE(TrustExpression::parse(row));
}

}  // namespace
}  // namespace tlscore::judge
