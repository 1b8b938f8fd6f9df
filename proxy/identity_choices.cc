// From keys to choices.
#include "proxy/identity_choices.h"

#include "proxy/identity_questions.h"
#include "proxy/shown_certificate.h"
#include "proxy/tokens.h"

namespace proxy {

using namespace tlscore;

namespace {

/// What the other side would see of it, in the form that the highest TLS version has.
tls::CertificateSummary summary_of(const tls::Identity& identity) {
  tls::Negotiated negotiated;
  if (identity.chain.empty()) negotiated.certificate_type = tls::CertificateType::OpenPgp;
  return shown_by_us(identity, negotiated);
}

OpenQuestion::Choice choice_of(const tls::Identity& identity, const ArmedToken& token) {
  const std::string fingerprint = to_hex(identity.key.spki_sha256());
  const tls::CertificateSummary summary = summary_of(identity);
  const std::string label = token.info() ? token.info()->label : "";
  return {.id = std::string(IdentityQuestions::kKeyPrefix) + fingerprint,
          .text = summary.name.empty() ? "the key " + fingerprint : summary.name,
          .note = summary.text() + (label.empty() ? "" : ", on the token " + label)};
}

}  // namespace

Task<Result<OpenQuestion>> identity_question(Services& services, const Destination& destination,
                                             Cancel& cancel) {
  const Party& party = *destination.party;
  OpenQuestion question{.party = party.name(),
                        .text = "Which identity may " + destination.host + " see?",
                        .since = {},
                        .choices = {}};
  const auto tokens = services.tokens.all();  // they may come and go meanwhile
  for (const auto& token : tokens) {
    if (token->state() != TokenState::Armed) continue;
    const auto keys = token->keys();
    for (const token::KeyInfo& key : keys) {
      if (token->is_ca_key(key)) continue;
      IdentityWish wish{
          .selection = to_hex(key.public_key.spki_sha256()), .auth = party.auth, .user_id = party.user_id};
      const auto identity = co_await token->identity(std::move(wish), services.keyring, cancel);
      if (identity && *identity) question.choices.push_back(choice_of(**identity, *token));
    }
  }
  if (question.choices.empty())
    co_return fail(ErrorKind::Disarmed, "no key on your token can be shown to " + party.name());
  question.choices.push_back({.id = std::string(IdentityQuestions::kNoIdentity),
                              .text = "None",
                              .note = "go on without saying who you are"});
  co_return question;
}

}  // namespace proxy
