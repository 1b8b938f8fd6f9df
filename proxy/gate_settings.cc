// Files into settings.
#include "proxy/gate_settings.h"

#include <algorithm>

#include "proxy/gate_client.h"
#include "proxy/openpgp_file.h"
#include "proxy/user_keyring.h"
#include "tlscore/base/log.h"
#include "tlscore/judge/pkix_assessor.h"
#include "tlscore/x509/pem.h"
#include "tlscore/x509/server_name.h"

namespace proxy {

using namespace tlscore;

namespace {

Result<void> read_key(GateServerIdentity& identity, const std::string& pem) {
  if (x509::Ed25519Key::is_in(pem)) {
    identity.ed25519_key = std::make_shared<const x509::Ed25519Key>(TRY(x509::Ed25519Key::parse_pem(pem)));
  } else {
    identity.key = std::make_shared<x509::PrivateKey>(TRY(x509::PrivateKey::parse_pem(pem)));
  }
  return {};
}

Result<GateServerIdentity> load_identity(const GateCertificate& files) {
  GateServerIdentity identity;
  identity.chain = TRY(x509::load_certificates(files.chain_file));
  if (files.key_on_token()) {
    identity.token_key = files.key;
    return identity;
  }
  if (auto read = read_key(identity, TRY(x509::read_file(files.key))); !read)
    return fail(files.key, std::move(read.error()));
  const x509::PublicKey& its = identity.key ? identity.key->public_key() : identity.ed25519_key->public_key();
  if (its != identity.public_key()) {
    return fail(ErrorKind::Malformed,
                files.key + " does not hold the key of the first certificate in " + files.chain_file);
  }
  return identity;
}

/// What speaks for a client: the CAs that were set for clients.
Result<PartyTrust> client_trust(const GateConfig& config) {
  PartyTrust trust{.expression = TRY(judge::TrustExpression::parse("pkix")), .owned = {}, .assessors = {}};
  if (!config.client_roots.empty()) {
    auto roots = TRY(x509::TrustStore::from_file(config.client_roots));
    trust.crls = TRY(open_crls(config.client_crls));
    trust.owned.push_back(
        std::make_unique<judge::PkixAssessor>(std::move(roots), judge::Role::Client, trust.crls));
  }
  for (const auto& assessor : trust.owned) trust.assessors.push_back(assessor.get());
  return trust;
}

/// Without one of its own a gate has an empty keyring, by which listed fingerprints can be told.
std::string keyring_home(const GateConfig& config) {
  if (config.keyring == kUsersKeyring) return "";
  return config.keyring.empty() ? "/nonexistent" : config.keyring;
}

std::shared_ptr<judge::OutcomeCache> own_memory() {
  constexpr std::chrono::hours kTtlMax{1};
  return std::make_shared<judge::OutcomeCache>(judge::OutcomeSecret::of_this_process(), kTtlMax, nullptr);
}

std::vector<judge::AuthorizationRuleText> rules_of(const GateConfig& config) {
  using enum judge::AuthorizationRuleText::Kind;
  if (!config.allow_file.empty()) return {{.kind = Allow, .path = config.allow_file}};
  if (config.authorize.empty()) return {{.kind = Trusted}};
  return config.authorize;
}

Result<std::shared_ptr<openpgp_auth::KeyringLookups>> open_gate_keyring(EventLoop& loop,
                                                                        const GateConfig& config) {
  // Who is only trusted comes by a CA then.
  const bool takes_keys = std::ranges::any_of(rules_of(config), [](const judge::AuthorizationRuleText& rule) {
    return rule.kind != judge::AuthorizationRuleText::Kind::Trusted;
  });
  if (config.keyring.empty() && !takes_keys) return nullptr;
  auto keyring = open_keyring(loop, keyring_home(config));
  if (keyring || !config.keyring.empty()) return keyring;
  log(LogLevel::Notice, "a gate goes without OpenPGP: " + keyring.error().message);
  return nullptr;
}

}  // namespace

bool GateServerIdentity::is_for(std::string_view host) const {
  const auto name = x509::ServerName::parse(host);
  return name && name->is_among(chain.front().alternative_names());
}

Result<std::shared_ptr<GateSettings>> GateSettings::create(EventLoop& loop, GateConfig config,
                                                           std::shared_ptr<judge::OutcomeCache> outcomes) {
  TRY(check_gate(config));
  PartyTrust trust = TRY(client_trust(config));
  std::shared_ptr<GateSettings> settings(new GateSettings(std::move(config), std::move(trust)));
  TRY(settings->load_identities());
  settings->m_keyring = TRY(open_gate_keyring(loop, settings->m_config));
  if (!outcomes) outcomes = own_memory();
  settings->m_outcomes = std::move(outcomes);
  settings->m_authorization = TRY(judge::Authorization::create(loop, rules_of(settings->m_config)));
  return settings;
}

Result<void> GateSettings::load_identities() {
  for (const GateCertificate& files : m_config.certificates) {
    m_identities.push_back(TRY(load_identity(files)));
  }
  for (const std::string& file : m_config.openpgp_files) {
    judge::Presented own{.host = {}, .chain = {}, .now = {}};
    TRY(present_openpgp(own, file, ""));
    bool is_used = false;
    for (GateServerIdentity& identity : m_identities) {
      if (identity.public_key() != *own.key) continue;
      identity.openpgp = own.openpgp;
      is_used = true;
    }
    if (!is_used) return fail(ErrorKind::Malformed, file + " is for none of the gate's keys");
  }
  return {};
}

const GateServerIdentity* GateSettings::find(const std::optional<std::string>& server_name) const {
  if (!server_name) return &m_identities.front();
  for (const GateServerIdentity& identity : m_identities) {
    if (identity.is_for(*server_name)) return &identity;
  }
  return nullptr;
}

std::vector<std::string> GateSettings::names() const {
  std::vector<std::string> names;
  for (const GateServerIdentity& identity : m_identities) {
    for (const x509::GeneralName& name : identity.chain.front().alternative_names()) {
      if (name.form == x509::NameForm::Dns) names.emplace_back(as_text(name.value));
    }
  }
  return names;
}

Task<judge::AuthorizationDecision> GateSettings::authorize(const judge::AuthorizationQuestion& question,
                                                           Cancel& cancel) const {
  if (question.remote.method == GateMethod::None) {
    co_return judge::AuthorizationDecision{.allowed = !m_config.certificate_required,
                                           .reason = "it showed no certificate"};
  }
  co_return co_await m_authorization->decide(question, cancel);
}

}  // namespace proxy
