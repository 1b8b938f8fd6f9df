// Recursive descent into postfix, and a stack of verdicts.
#include "tlscore/judge/trust_expression.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tlscore::judge {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"openpgp", "dane", "pkix", "pin"};

Verdict both(Verdict a, Verdict b) {
  if (a == Verdict::Fail || b == Verdict::Fail) return Verdict::Fail;
  return a == Verdict::Absent || b == Verdict::Absent ? Verdict::Absent : Verdict::Pass;
}

Verdict either(Verdict a, Verdict b) {
  return a == Verdict::Absent ? b : a;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

/// Reads one expression into `m_into`. The token at the front is m_token; empty at the end of the text.
class TrustExpression::Parser {
 public:
  Parser(std::string_view text, TrustExpression& into) : m_text(text), m_into(into) { advance(); }

  Result<void> parse() {
    TRY(parse_or());
    if (!m_token.empty()) return unexpected(R"("and", "or" or the end)");
    return {};
  }

 private:
  Result<void> parse_or() {
    TRY(parse_and());
    while (m_token == "or") {
      advance();
      TRY(parse_and());
      m_into.m_steps.push_back({Step::Kind::Or});
    }
    return {};
  }

  Result<void> parse_and() {
    TRY(parse_factor());
    while (m_token == "and") {
      advance();
      TRY(parse_factor());
      m_into.m_steps.push_back({Step::Kind::And});
    }
    return {};
  }

  Result<void> parse_factor() {
    if (m_token == "(") return parse_parentheses();
    if (m_token.empty() || m_token == ")" || m_token == "and" || m_token == "or") return unexpected("a name");
    if (std::ranges::find(kNames, m_token) == kNames.end()) {
      if (!is_letter(m_token.front())) return unexpected("a name");
      return fail(ErrorKind::Malformed, "unknown name \"" + std::string(m_token.substr(0, 32)) +
                                            "\" at position " + std::to_string(position()) +
                                            "; the names are openpgp, dane, pkix and pin");
    }
    m_into.m_steps.push_back({Step::Kind::Name, index_of(m_token)});
    advance();
    return {};
  }

  Result<void> parse_parentheses() {
    if (++m_depth > kMaxDepth) return fail(ErrorKind::TooLarge, "more than 16 parentheses inside each other");
    advance();
    TRY(parse_or());
    if (m_token != ")") return unexpected("\")\"");
    --m_depth;
    advance();
    return {};
  }

  std::size_t index_of(std::string_view name) {
    auto& names = m_into.m_names;
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    names.emplace_back(name);
    return names.size() - 1;
  }

  void advance() {
    m_end += m_token.size();
    while (m_end < m_text.size() && is_space(m_text[m_end])) ++m_end;
    const std::string_view rest = m_text.substr(m_end);
    const auto word = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_letter) - rest.begin());
    m_token = rest.substr(0, std::max<std::size_t>(word, rest.empty() ? 0 : 1));
  }

  [[nodiscard]] std::size_t position() const { return m_end + 1; }

  [[nodiscard]] std::unexpected<Error> unexpected(std::string_view wanted) const {
    return fail(ErrorKind::Malformed,
                "expected " + std::string(wanted) + " at position " + std::to_string(position()));
  }

  std::string_view m_text;
  TrustExpression& m_into;
  std::string_view m_token;
  std::size_t m_end = 0;  // where m_token starts
  std::size_t m_depth = 0;
};

Result<TrustExpression> TrustExpression::parse(std::string_view text) {
  if (text.size() > kMaxCharacters)
    return fail(ErrorKind::TooLarge, "a trust expression of more than 1024 characters");
  TrustExpression expression;
  expression.m_text = text;
  TRY(Parser(text, expression).parse());
  return expression;
}

TrustExpression TrustExpression::standard(bool has_pins) {
  auto expression = parse(has_pins ? "pin and (openpgp or dane or pkix)" : "openpgp or dane or pkix");
  if (!expression) std::abort();  // a text of ours
  return std::move(*expression);
}

bool TrustExpression::contains(std::string_view name) const {
  return std::ranges::find(m_names, name) != m_names.end();
}

Verdict TrustExpression::evaluate(const std::function<Verdict(std::string_view name)>& verdict_of) const {
  std::vector<Verdict> stack;
  for (const Step& step : m_steps) {
    if (step.kind == Step::Kind::Name) {
      stack.push_back(verdict_of(m_names[step.name]));
      continue;
    }
    const Verdict right = stack.back();
    stack.pop_back();
    stack.back() = step.kind == Step::Kind::And ? both(stack.back(), right) : either(stack.back(), right);
  }
  return stack.back();
}

}  // namespace tlscore::judge
