// Roots, pins and expressions, ready for use.
#include "proxy/settings.h"

#include "openpgp-auth/openpgp_assessor.h"
#include "tlscore/judge/pin_assessor.h"
#include "tlscore/judge/pkix_assessor.h"
#include "tlscore/x509/trust_store.h"

namespace proxy {

using namespace tlscore;

Result<PartyTrust> make_trust(const TrustRules& rules,
                              const std::shared_ptr<openpgp_auth::KeyringLookups>& keyring) {
  PartyTrust trust{TRY(judge::TrustExpression::parse(rules.expression)), {}, {}};
  if (trust.expression.contains("openpgp")) {
    trust.owned.push_back(std::make_unique<openpgp_auth::OpenPgpAssessor>(keyring, rules.openpgp));
  }
  if (trust.expression.contains("pkix")) {
    trust.owned.push_back(std::make_unique<judge::PkixAssessor>(
        rules.roots.empty() ? TRY(x509::TrustStore::system())
                            : TRY(x509::TrustStore::from_file(rules.roots))));
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
    const std::shared_ptr<openpgp_auth::KeyringLookups>& keyring) {
  std::shared_ptr<Settings> settings(new Settings);
  settings->m_config = std::move(config);
  for (Party& party : settings->m_config.parties) {
    if (party.demo) {
      party.trust = "openpgp";
      party.openpgp = {demo_fingerprint};
    }
    const TrustRules rules{
        .expression = party.trust, .roots = party.roots, .pins = party.pin, .openpgp = party.openpgp};
    auto trust = make_trust(rules, keyring);
    if (!trust) return fail("party " + party.name(), trust.error());
    settings->m_trust.emplace(&party, std::move(*trust));
  }
  return std::shared_ptr<const Settings>(std::move(settings));
}

}  // namespace proxy
