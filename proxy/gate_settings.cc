// Files into settings.
#include "proxy/gate_settings.h"

#include "proxy/openpgp_file.h"
#include "proxy/user_keyring.h"
#include "tlscore/base/log.h"
#include "tlscore/judge/pkix_assessor.h"
#include "tlscore/x509/pem.h"
#include "tlscore/x509/server_name.h"

namespace proxy {

using namespace tlscore;

namespace {

Result<GateServerIdentity> load_identity(const GateCertificate& files) {
  GateServerIdentity identity;
  identity.chain = TRY(x509::load_certificates(files.chain_file));
  auto key = x509::PrivateKey::parse_pem(TRY(x509::read_file(files.key_file)));
  if (!key) return fail(files.key_file, std::move(key.error()));
  if (key->public_key() != identity.chain.front().public_key()) {
    return fail(ErrorKind::Malformed,
                files.key_file + " does not hold the key of the first certificate in " + files.chain_file);
  }
  identity.key = std::make_shared<x509::PrivateKey>(std::move(*key));
  return identity;
}

/// What speaks for a client: the CAs that were set for clients.
Result<PartyTrust> client_trust(const GateConfig& config) {
  PartyTrust trust{TRY(judge::TrustExpression::parse("pkix")), {}, {}};
  if (!config.client_roots.empty()) {
    auto roots = TRY(x509::TrustStore::from_file(config.client_roots));
    trust.owned.push_back(std::make_unique<judge::PkixAssessor>(std::move(roots), judge::Role::Client));
  }
  for (const auto& assessor : trust.owned) trust.assessors.push_back(assessor.get());
  return trust;
}

/// Without one of its own a gate has an empty keyring, by which listed fingerprints can be told.
std::string keyring_home(const GateConfig& config) {
  if (config.keyring == kUsersKeyring) return "";
  return config.keyring.empty() ? "/nonexistent" : config.keyring;
}

Result<std::shared_ptr<openpgp_auth::KeyringLookups>> open_gate_keyring(EventLoop& loop,
                                                                        const GateConfig& config) {
  if (config.keyring.empty() && config.allow_file.empty()) return nullptr;
  auto keyring = open_keyring(loop, keyring_home(config));
  if (keyring || !config.keyring.empty()) return keyring;
  log(LogLevel::Notice, "a gate goes without OpenPGP: " + keyring.error().message);
  return nullptr;
}

}  // namespace

std::shared_ptr<const tls::ServerCredential> GateServerIdentity::credential() const {
  tls::ServerCredential made = *tls::ServerCredential::create(chain, key);
  made.identity.openpgp = openpgp;
  return std::make_shared<const tls::ServerCredential>(std::move(made));
}

bool GateServerIdentity::is_for(std::string_view host) const {
  const auto name = x509::ServerName::parse(host);
  return name && name->is_among(chain.front().alternative_names());
}

Result<std::shared_ptr<GateSettings>> GateSettings::create(EventLoop& loop, GateConfig config) {
  TRY(check_gate(config));
  PartyTrust trust = TRY(client_trust(config));
  std::shared_ptr<GateSettings> settings(new GateSettings(std::move(config), std::move(trust)));
  TRY(settings->load_identities());
  settings->m_keyring = TRY(open_gate_keyring(loop, settings->m_config));
  const std::string& allow_file = settings->m_config.allow_file;
  if (!allow_file.empty()) settings->m_allow_file = TRY(AllowFile::open(allow_file));
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
      if (identity.key->public_key() != *own.key) continue;
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

bool GateSettings::allows(const GateClient& client) {
  if (client.method == GateMethod::None) return !m_config.certificate_required;
  if (!client.why_refused.empty()) return false;
  return m_allow_file ? m_allow_file->allows(client) : client.vouched_for;
}

}  // namespace proxy
