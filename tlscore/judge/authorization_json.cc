// nlohmann/json in both directions.
#include "tlscore/judge/authorization_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tlscore/base/log.h"
#include "tlscore/judge/evidence.h"

namespace tlscore::judge {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxQuestionBytes = std::size_t{64} << 10U;
constexpr std::size_t kMaxReasonBytes = 400;

Error wrong(std::string_view what) {
  return {ErrorKind::Malformed, "its answer is none: " + std::string(what)};
}

}  // namespace

Result<std::string> write_hook_question(const AuthorizationQuestion& question) {
  const Peer& peer = question.remote;
  const json remote{{"method", to_string(peer.method)}, {"vouched_for", peer.vouched_for},
                    {"identity", peer.identity()},      {"fingerprint", peer.fingerprint},
                    {"key_sha256", peer.key_sha256},    {"subject", peer.subject},
                    {"user_ids", peer.user_ids},        {"mail_addresses", peer.mail_addresses},
                    {"dns_names", peer.dns_names}};
  const json whole{
      {"version", 1}, {"service", question.service}, {"local", question.local}, {"remote", remote}};
  std::string line = whole.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  if (line.size() > kMaxQuestionBytes) return fail(ErrorKind::TooLarge, "there is too much to tell a hook");
  return line;
}

std::chrono::seconds lifetime_of(const HookAnswer& answer) {
  return answer.allow.value_or(false) ? answer.ttl : std::min(answer.ttl, kFailLifetime);
}

Result<HookAnswer> parse_hook_answer(std::string_view text) {
  if (text.size() > kMaxHookAnswerBytes) return fail(ErrorKind::TooLarge, "it answers more than 4 KiB");
  const json whole = json::parse(text, nullptr, false);
  if (!whole.is_object()) return fail(wrong("no JSON object"));
  HookAnswer answer;
  if (const auto allow = whole.find("allow"); allow != whole.end()) {
    if (!allow->is_boolean()) return fail(wrong("allow is neither true nor false"));
    answer.allow = allow->get<bool>();
  }
  if (const auto ttl = whole.find("ttl"); ttl != whole.end()) {
    constexpr std::uint64_t kMost = std::chrono::seconds(kMaxHookTtl).count();
    if (!ttl->is_number_unsigned()) return fail(wrong("ttl is no whole number of seconds"));
    answer.ttl = std::chrono::seconds(std::min(ttl->get<std::uint64_t>(), kMost));
  }
  if (const auto reason = whole.find("reason"); reason != whole.end()) {
    if (!reason->is_string()) return fail(wrong("reason is no text"));
    answer.reason = printable(reason->get<std::string>().substr(0, kMaxReasonBytes));
  }
  return answer;
}

}  // namespace tlscore::judge
