// Roots, pins and expressions, ready for use.
#include "proxy/settings.h"

#include "openpgp-auth/openpgp_assessor.h"
#include "tlscore/judge/pin_assessor.h"
#include "tlscore/judge/pkix_assessor.h"
#include "tlscore/x509/trust_store.h"

namespace proxy {

using namespace tlscore;

namespace {

Result<x509::TrustStore> read_roots(const std::string& file) {
  return file.empty() ? x509::TrustStore::system() : x509::TrustStore::from_file(file);
}

}  // namespace

Result<std::shared_ptr<x509::CrlFolder>> open_crls(const std::string& folder) {
  if (folder.empty()) return nullptr;
  return std::make_shared<x509::CrlFolder>(TRY(x509::CrlFolder::open(folder)));
}

std::string PartyTrust::crls_state() const {
  if (!crls) return "";
  return crls->refresh() ? to_hex(crls->digest()) : "unreadable";
}

Result<PartyTrust> make_trust(const TrustRules& rules,
                              const std::shared_ptr<openpgp_auth::KeyringLookups>& keyring) {
  PartyTrust trust{
      .expression = TRY(judge::TrustExpression::parse(rules.expression)), .owned = {}, .assessors = {}};
  if (trust.expression.contains("openpgp")) {
    trust.owned.push_back(std::make_unique<openpgp_auth::OpenPgpAssessor>(keyring, rules.openpgp));
  }
  const bool has_dane = trust.expression.contains("dane") && rules.dane.lookups;
  if (has_dane || trust.expression.contains("pkix")) {
    const auto roots = TRY(read_roots(rules.roots));
    trust.crls = TRY(open_crls(rules.crls));
    if (has_dane) trust.owned.push_back(std::make_unique<judge::DaneAssessor>(rules.dane, roots, trust.crls));
    if (trust.expression.contains("pkix"))
      trust.owned.push_back(std::make_unique<judge::PkixAssessor>(roots, judge::Role::Server, trust.crls));
  }
  if (trust.expression.contains("pin")) {
    std::vector<std::string> texts;
    texts.reserve(rules.pins.size());
    for (const Bytes& pin : rules.pins) texts.push_back(to_base64(pin));
    trust.owned.push_back(TRY(judge::PinAssessor::create(texts)));
  }
  for (const auto& assessor : trust.owned) trust.assessors.push_back(assessor.get());
  return trust;
}

Result<std::shared_ptr<const Settings>> Settings::create(
    Config config, const std::string& demo_fingerprint,
    const std::shared_ptr<openpgp_auth::KeyringLookups>& keyring, const judge::DaneRules& dane) {
  std::shared_ptr<Settings> settings(new Settings);
  settings->m_config = std::move(config);
  for (Party& party : settings->m_config.parties) {
    if (party.demo) {
      party.trust = "openpgp";
      party.openpgp = {demo_fingerprint};
    }
    TrustRules rules{.expression = party.trust,
                     .roots = party.roots,
                     .crls = party.crls,
                     .pins = party.pin,
                     .openpgp = party.openpgp,
                     .dane = dane};
    rules.dane.asked_by_user = party.trust_is_written;
    auto trust = make_trust(rules, keyring);
    if (!trust) return fail("party " + party.name(), trust.error());
    settings->m_trust.emplace(&party, std::move(*trust));
  }
  return std::shared_ptr<const Settings>(std::move(settings));
}

}  // namespace proxy
