// Whether somebody who is authenticated may use a service.
//
// Rules are asked in their order, and the first that decides counts:
//
//   deny:/path   denies who is in the list (authorization_list.h), and is silent about everybody else
//   allow:/path  allows who is in the list, and is silent about everybody else
//   trusted      allows whom a CA or the keyring vouches for, and is silent about everybody else
//   exec:/path   a program (authorization_exec.h) or
//   unix:/path   a server (authorization_socket.h) allows or denies: always the last rule
//
// Where no rule decides, it is denied. A list that cannot be read and a hook that fails deny. Whose
// certificate is broken or withdrawn is denied before any rule is asked.
#pragma once

#include <span>
#include <vector>

#include "tlscore/judge/authorization_rule.h"

namespace tlscore::judge {

struct AuthorizationDecision {
  bool allowed = false;
  std::string rule{};    ///< The one that decided, as it was written; empty: none did.
  std::string reason{};  ///< A clause without full stop; may be empty.

  /// "by deny:/etc/gate/banned (...)", for the log.
  [[nodiscard]] std::string text() const;
};

/// Loop's thread only. Outlives the tasks of it; the loop outlives it.
class Authorization {
 public:
  static constexpr std::size_t kMaxRules = 16;

  /// Reads the lists. Fails as check() and PeerFile::open do.
  static Result<std::unique_ptr<Authorization>> create(EventLoop& loop,
                                                       std::span<const AuthorizationRuleText> rules);

  /// Whether the rules can let anybody in, and all of them can be reached. Fails with Malformed.
  static Result<void> check(std::span<const AuthorizationRuleText> rules);

  /// Never an error: what goes wrong denies. Not for one who showed nothing. `question` and `cancel` outlive
  /// the task.
  [[nodiscard]] Task<AuthorizationDecision> decide(const AuthorizationQuestion& question, Cancel& cancel);

 private:
  struct Rule {
    std::string text;
    std::unique_ptr<AuthorizationRule> rule;
  };

  Authorization() = default;

  std::vector<Rule> m_rules;
};

}  // namespace tlscore::judge
