// How a party is trusted: a small three-valued expression over the assessors' names.
//
//   expression = term *( "or" term )      term = factor *( "and" factor )
//   factor     = name / "(" expression ")"      name = "openpgp" / "dane" / "pkix" / "pin"
//
// `a and b`: fail if either fails, else absent if either is absent, else pass. `a or b`: a, unless a is
// absent, then b. Note that `or` does not heal a failure: evidence that speaks against a party is not
// outvoted.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/result.h"
#include "tlscore/judge/evidence.h"

namespace tlscore::judge {

/// An expression that was read. A plain value.
class TrustExpression {
 public:
  static constexpr std::size_t kMaxCharacters = 1024;
  static constexpr std::size_t kMaxDepth = 16;

  /// Names and words are lower case; white space separates them. Fails with Malformed and the position,
  /// counted from 1, for an unknown name or anything else that does not fit; TooLarge over kMaxCharacters or
  /// kMaxDepth parentheses.
  static Result<TrustExpression> parse(std::string_view text);

  /// The design's default: "openpgp or dane or pkix"; with pins "pin and (openpgp or dane or pkix)".
  [[nodiscard]] static TrustExpression standard(bool has_pins);

  /// As it was written.
  [[nodiscard]] const std::string& text() const { return m_text; }

  /// Every name in it, once, in the order of appearance.
  [[nodiscard]] const std::vector<std::string>& names() const { return m_names; }
  [[nodiscard]] bool contains(std::string_view name) const;

  /// The value of the whole, given each name's. Pass alone means trusted.
  [[nodiscard]] Verdict evaluate(const std::function<Verdict(std::string_view name)>& verdict_of) const;

 private:
  class Parser;

  // Postfix: operands before their operator, so that evaluation needs no recursion.
  struct Step {
    enum class Kind : std::uint8_t { Name, And, Or } kind;
    std::size_t name = 0;  // index into m_names
  };

  TrustExpression() = default;

  std::string m_text;
  std::vector<std::string> m_names;
  std::vector<Step> m_steps;
};

}  // namespace tlscore::judge
