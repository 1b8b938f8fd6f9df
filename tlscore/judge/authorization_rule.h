// What every rule of an authorization is, and how the user writes one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tlscore/base/cancel.h"
#include "tlscore/base/task.h"
#include "tlscore/judge/authorization_peer.h"

namespace tlscore::judge {

/// May `remote`, who is authenticated, use `service`, where it has met `local`?
struct AuthorizationQuestion {
  std::string service;  ///< "gate 192.0.2.1:443"
  std::string local{};  ///< Who we were to it, e.g. the name that it asked for; may be empty.
  Peer remote{};
};

/// What one rule says.
struct Ruling {
  enum class Kind : std::uint8_t {
    Allow,
    Deny,
    Silent,  ///< The next rule is asked.
  } kind = Kind::Deny;
  std::string reason{};  ///< A clause for the log; no control characters.
};

/// `deny:/path`, `allow:/path`: lists; `trusted`; `exec:/path`, `unix:/path`: hooks.
struct AuthorizationRuleText {
  enum class Kind : std::uint8_t { Deny, Allow, Trusted, Exec, Unix } kind = Kind::Deny;
  std::string path{};

  /// As it was written.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const AuthorizationRuleText&, const AuthorizationRuleText&) = default;
};

/// Fails with Malformed and half a sentence that goes on from the text.
[[nodiscard]] Result<AuthorizationRuleText> parse_authorization_rule(std::string_view text);

/// Loop's thread only. Outlives the tasks of it.
class AuthorizationRule {
 public:
  AuthorizationRule() = default;
  virtual ~AuthorizationRule() = default;
  AuthorizationRule(const AuthorizationRule&) = delete;
  AuthorizationRule& operator=(const AuthorizationRule&) = delete;

  /// Never an error: a rule that cannot be asked denies. Arguments outlive the task.
  [[nodiscard]] virtual Task<Ruling> ask(const AuthorizationQuestion& question, Cancel& cancel) = 0;
};

}  // namespace tlscore::judge
