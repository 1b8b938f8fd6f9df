// What authorization hooks are told, and what they answer: JSON, one line each way.
//
//   {"version":1,"service":"gate 192.0.2.1:443","local":"lists.example.org",
//    "remote":{"method":"openpgp","vouched_for":true,"identity":"Alice <alice@example.org>",
//              "fingerprint":"0123...","key_sha256":"4567...","subject":"",
//              "user_ids":["Alice
//              <alice@example.org>"],"mail_addresses":["alice@example.org"],"dns_names":[]}}
//
//   {"allow":true,"ttl":60,"reason":"a member"}
//
// Members may be added. Names are there only where a CA or the keyring vouches for them ("vouched_for").
#pragma once

#include <chrono>
#include <optional>

#include "tlscore/base/bytes.h"
#include "tlscore/judge/authorization_rule.h"

namespace tlscore::judge {

/// One line with its end. Octets that are no UTF-8 become U+FFFD. Fails with TooLarge over 64 KiB.
[[nodiscard]] Result<std::string> write_hook_question(const AuthorizationQuestion& question);

struct HookAnswer {
  std::optional<bool> allow{};  ///< Nothing: it does not say.
  std::chrono::seconds ttl{0};  ///< For how long it may be remembered.
  std::string reason{};         ///< No control characters.
};

/// For how long it is remembered: as it says, a denial kFailLifetime at most.
[[nodiscard]] std::chrono::seconds lifetime_of(const HookAnswer& answer);

inline constexpr std::size_t kMaxHookAnswerBytes = 4096;
inline constexpr std::chrono::hours kMaxHookTtl{24};  ///< A longer one is cut to this.

/// Reads one answer, with or without line end. Fails with TooLarge over kMaxHookAnswerBytes, and with
/// Malformed for what is no JSON object, and where a member has another type, or `ttl` is negative.
[[nodiscard]] Result<HookAnswer> parse_hook_answer(std::string_view text);

}  // namespace tlscore::judge
