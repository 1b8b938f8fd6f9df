// The rules of openpgp-auth, asked twice: is the key sound, and does the keyring vouch for it?
#include "proxy/gate_openpgp.h"

#include <algorithm>

#include "openpgp-auth/presented_key.h"

namespace proxy {

using namespace tlscore;
using openpgp_auth::KeyQuestion;
using openpgp_auth::KeyringAnswer;

namespace {

constexpr std::string_view kAddressPrefix = "https://";

/// The address in "Name <address>", or the whole user ID.
std::string_view address_in(std::string_view user_id) {
  const std::size_t open = user_id.rfind('<');
  if (open == std::string_view::npos || !user_id.ends_with('>')) return user_id;
  return user_id.substr(open + 1, user_id.size() - open - 2);
}

void add_names(GateClient& client, const std::string& user_id) {
  client.user_ids.push_back(user_id);
  std::string mail = canonical_mail_address(address_in(user_id));
  if (!mail.empty()) client.mail_addresses.push_back(std::move(mail));
  std::string_view name = user_id;
  if (name.starts_with(kAddressPrefix)) name.remove_prefix(kAddressPrefix.size());
  std::string host = canonical_dns_name(name);
  if (!host.empty()) client.dns_names.push_back(std::move(host));
}

GateClient refused(const judge::Presented& presented, std::string why) {
  GateClient client;
  client.method = GateMethod::OpenPgp;
  if (presented.key) client.key_sha256 = to_hex(presented.key->spki_sha256());
  client.fingerprint = client.key_sha256;
  client.why_refused = std::move(why);
  client.expires = presented.now + judge::kFailLifetime;
  return client;
}

/// Nothing where what it depends on cannot be told.
Task<std::optional<judge::OutcomeKey>> question_of(openpgp_auth::KeyringLookups& keyring,
                                                   const judge::OutcomeCache& outcomes,
                                                   const judge::Presented& presented, Cancel& cancel) {
  const auto contents = co_await keyring.contents(cancel);
  if (!contents) co_return std::nullopt;
  const std::string depends_on = "keyring " + *contents;
  co_return outcomes.key_of(
      {.assessor = "openpgp client", .trust = "", .depends_on = depends_on, .presented = presented});
}

}  // namespace

GateClient client_of_keyring(KeyQuestion question, const KeyringAnswer& answer) {
  GateClient client;
  client.method = GateMethod::OpenPgp;
  const std::string primary = answer.certificate.keys.empty() ? "" : answer.certificate.primary().fingerprint;
  client.fingerprint = primary;
  question.listed = {&primary, 1};
  const judge::Finding sound = judge_key(question, answer);
  client.expires = sound.expires;
  if (sound.verdict != judge::Verdict::Pass) {
    client.why_refused = sound.reason;
    return client;
  }
  question.listed = {};
  const judge::Finding vouched = judge_key(question, answer);
  client.expires = std::min(client.expires, vouched.expires);
  client.vouched_for = vouched.verdict == judge::Verdict::Pass;
  if (!client.vouched_for) {
    client.why_unnamed = vouched.reason;
    return client;
  }
  for (const std::string& user_id : valid_user_ids(answer)) add_names(client, user_id);
  return client;
}

judge::Outcome outcome_of_client(const GateClient& client) {
  judge::Outcome outcome{.expires = client.expires, .texts = {client.fingerprint}};
  if (!client.why_refused.empty()) {
    outcome.reason = client.why_refused;
    return outcome;
  }
  outcome.verdict = client.vouched_for ? judge::Verdict::Pass : judge::Verdict::Absent;
  outcome.reason = client.why_unnamed;
  outcome.texts.insert(outcome.texts.end(), client.user_ids.begin(), client.user_ids.end());
  return outcome;
}

GateClient client_of_outcome(const judge::Outcome& outcome) {
  GateClient client;
  client.method = GateMethod::OpenPgp;
  client.expires = outcome.expires;
  client.fingerprint = outcome.texts.empty() ? "" : outcome.texts.front();
  client.vouched_for = outcome.verdict == judge::Verdict::Pass;
  const bool is_refused = outcome.verdict == judge::Verdict::Fail;
  (is_refused ? client.why_refused : client.why_unnamed) = outcome.reason;
  for (std::size_t i = 1; i < outcome.texts.size(); ++i) add_names(client, outcome.texts[i]);
  return client;
}

Task<std::optional<GateClient>> judge_openpgp_client(openpgp_auth::KeyringLookups& keyring,
                                                     judge::OutcomeCache& outcomes,
                                                     const judge::Presented& presented, Cancel& cancel) {
  auto shown = openpgp_auth::find_presented_key(presented);
  if (!shown) co_return refused(presented, "its OpenPGP certificate: " + shown.error().message);
  if (!*shown) co_return std::nullopt;
  const auto complete = [&presented](GateClient client) {
    client.key_sha256 = to_hex(presented.key->spki_sha256());
    if (presented.openpgp.empty()) client.method = GateMethod::OpenPgpX509;
    return client;
  };
  const auto key = co_await question_of(keyring, outcomes, presented, cancel);
  if (key) {
    std::vector<judge::OutcomeCache::Wanted> wanted = {{*key, "client"}};
    const auto found = co_await outcomes.find(std::move(wanted), presented.now, cancel);
    if (found.front()) co_return complete(client_of_outcome(*found.front()));
  }
  openpgp_auth::PresentedKey& its = **shown;
  const KeyQuestion question{.host = presented.host,
                             .role = judge::Role::Client,
                             .key = its.fingerprint,
                             .has_back_signature = its.has_back_signature,
                             .listed = {},
                             .now = presented.now};
  const auto answer = co_await keyring.answer(std::move(its.certificate), std::move(its.key_id), cancel);
  if (!answer) co_return refused(presented, "the keyring cannot be asked: " + answer.error().message);
  GateClient client = client_of_keyring(question, **answer);
  // The keyring may be another one by now.
  const auto key_now = co_await question_of(keyring, outcomes, presented, cancel);
  if (key && key == key_now) outcomes.keep(*key, outcome_of_client(client), presented.now);
  co_return complete(std::move(client));
}

}  // namespace proxy
