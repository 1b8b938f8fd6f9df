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

Task<std::optional<GateClient>> judge_openpgp_client(openpgp_auth::KeyringLookups& keyring,
                                                     const judge::Presented& presented, Cancel& cancel) {
  auto shown = openpgp_auth::find_presented_key(presented);
  if (!shown) co_return refused(presented, "its OpenPGP certificate: " + shown.error().message);
  if (!*shown) co_return std::nullopt;
  openpgp_auth::PresentedKey& key = **shown;
  const KeyQuestion question{.host = presented.host,
                             .role = judge::Role::Client,
                             .key = key.fingerprint,
                             .has_back_signature = key.has_back_signature,
                             .listed = {},
                             .now = presented.now};
  const auto answer = co_await keyring.answer(std::move(key.certificate), std::move(key.key_id), cancel);
  if (!answer) co_return refused(presented, "the keyring cannot be asked: " + answer.error().message);
  GateClient client = client_of_keyring(question, **answer);
  client.key_sha256 = to_hex(presented.key->spki_sha256());
  if (presented.openpgp.empty()) client.method = GateMethod::OpenPgpX509;
  co_return client;
}

}  // namespace proxy
