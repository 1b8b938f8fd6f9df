// The rules in their order.
#include "tlscore/judge/authorization.h"

#include "tlscore/judge/authorization_exec.h"
#include "tlscore/judge/authorization_file.h"
#include "tlscore/judge/authorization_socket.h"

namespace tlscore::judge {
namespace {

using Kind = AuthorizationRuleText::Kind;

class ListRule final : public AuthorizationRule {
 public:
  ListRule(PeerFile file, Ruling::Kind listed) : m_file(std::move(file)), m_listed(listed) {}

  [[nodiscard]] Task<Ruling> ask(const AuthorizationQuestion& question, Cancel& /*cancel*/) override {
    const auto is_listed = m_file.contains(question.remote);
    if (!is_listed) co_return Ruling{.reason = is_listed.error().message};
    if (!*is_listed) co_return Ruling{.kind = Ruling::Kind::Silent};
    co_return Ruling{.kind = m_listed};
  }

 private:
  PeerFile m_file;
  Ruling::Kind m_listed;
};

class TrustedRule final : public AuthorizationRule {
 public:
  [[nodiscard]] Task<Ruling> ask(const AuthorizationQuestion& question, Cancel& /*cancel*/) override {
    co_return Ruling{.kind = question.remote.vouched_for ? Ruling::Kind::Allow : Ruling::Kind::Silent};
  }
};

Result<std::unique_ptr<AuthorizationRule>> make_rule(EventLoop& loop, const AuthorizationRuleText& text) {
  switch (text.kind) {
    case Kind::Deny: return std::make_unique<ListRule>(TRY(PeerFile::open(text.path)), Ruling::Kind::Deny);
    case Kind::Allow: return std::make_unique<ListRule>(TRY(PeerFile::open(text.path)), Ruling::Kind::Allow);
    case Kind::Exec: return std::make_unique<AuthorizationExec>(loop, text.text(), text.path);
    case Kind::Unix: return std::make_unique<AuthorizationSocket>(loop, text.text(), text.path);
    case Kind::Trusted: break;
  }
  return std::make_unique<TrustedRule>();
}

}  // namespace

std::string AuthorizationDecision::text() const {
  const std::string which = rule.empty() ? "no rule allows it" : "by " + rule;
  return reason.empty() ? which : which + " (" + reason + ")";
}

Result<void> Authorization::check(std::span<const AuthorizationRuleText> rules) {
  if (rules.size() > kMaxRules) return fail(ErrorKind::Malformed, "has more than 16 rules");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const bool is_last = i + 1 == rules.size();
    const bool decides = rules[i].kind == Kind::Exec || rules[i].kind == Kind::Unix;
    if (decides && !is_last) {
      return fail(ErrorKind::Malformed, "has rules behind " + rules[i].text() + ", which always decides");
    }
    if (is_last && rules[i].kind == Kind::Deny) {
      return fail(ErrorKind::Malformed,
                  "ends with " + rules[i].text() + ": say who may come, by allow:, exec:, unix: or trusted");
    }
  }
  return {};
}

Result<std::unique_ptr<Authorization>> Authorization::create(EventLoop& loop,
                                                             std::span<const AuthorizationRuleText> rules) {
  TRY(check(rules));
  std::unique_ptr<Authorization> made(new Authorization);
  for (const AuthorizationRuleText& text : rules) {
    made->m_rules.push_back({text.text(), TRY(make_rule(loop, text))});
  }
  return made;
}

Task<AuthorizationDecision> Authorization::decide(const AuthorizationQuestion& question, Cancel& cancel) {
  if (!question.remote.why_refused.empty()) {
    co_return AuthorizationDecision{.reason = question.remote.why_refused};
  }
  for (const Rule& one : m_rules) {
    Ruling ruling = co_await one.rule->ask(question, cancel);
    if (ruling.kind == Ruling::Kind::Silent) continue;
    co_return AuthorizationDecision{.allowed = ruling.kind == Ruling::Kind::Allow && !cancel.requested(),
                                    .rule = one.text,
                                    .reason = std::move(ruling.reason)};
  }
  co_return AuthorizationDecision{.reason = question.remote.why_unnamed};
}

}  // namespace tlscore::judge
