// Roots, pins and expressions, ready for use.
#include "proxy/settings.h"

#include "tlscore/judge/pin_assessor.h"
#include "tlscore/judge/pkix_assessor.h"
#include "tlscore/x509/trust_store.h"

namespace proxy {

using namespace tlscore;

Result<PartyTrust> make_trust(const std::string& expression, const std::string& roots,
                              const std::vector<Bytes>& pins) {
  PartyTrust trust{TRY(judge::TrustExpression::parse(expression)), {}, {}};
  if (trust.expression.contains("pkix")) {
    trust.owned.push_back(std::make_unique<judge::PkixAssessor>(
        roots.empty() ? TRY(x509::TrustStore::system()) : TRY(x509::TrustStore::from_file(roots))));
  }
  if (trust.expression.contains("pin")) {
    std::vector<std::string> texts;
    texts.reserve(pins.size());
    for (const Bytes& pin : pins) texts.push_back(to_base64(pin));
    trust.owned.push_back(TRY(judge::PinAssessor::create(texts)));
  }
  for (const auto& assessor : trust.owned) trust.assessors.push_back(assessor.get());
  return trust;
}

Result<std::shared_ptr<const Settings>> Settings::create(Config config, const Bytes& demo_key_sha256) {
  std::shared_ptr<Settings> settings(new Settings);
  settings->m_config = std::move(config);
  for (Party& party : settings->m_config.parties) {
    if (party.demo) {
      party.trust = "pin";
      party.pin = {demo_key_sha256};
    }
    auto trust = make_trust(party.trust, party.roots, party.pin);
    if (!trust) return fail("party " + party.name(), trust.error());
    settings->m_trust.emplace(&party, std::move(*trust));
  }
  return std::shared_ptr<const Settings>(std::move(settings));
}

}  // namespace proxy
