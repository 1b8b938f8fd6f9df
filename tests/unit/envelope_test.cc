// Envelopes made and opened, and what is none.
#include "openpgp-auth/envelope.h"

#include <gtest/gtest.h>

#include "tests/unit/openpgp_builder.h"
#include "tests/unit/seeded_ed25519_key.h"
#include "tests/unit/x509_builder.h"
#include "tests/unit/x509_test_data.h"
#include "tlscore/x509/date.h"

namespace openpgp_auth {
namespace {

namespace x509 = tlscore::x509;
using tlscore::x509::parse_rfc3339;
using tlscore::x509::PrivateKey;

constexpr std::chrono::seconds kHour = std::chrono::hours(1);

PrivateKey key(const std::string& name) {
  return std::move(*PrivateKey::parse_pem(x509::test_data(name + ".key")));
}

EnvelopeRequest request(const x509::PublicKey& own, Bytes openpgp) {
  return {.key = own, .openpgp = std::move(openpgp), .now = *parse_rfc3339("2030-01-01")};
}

/// Made by a P-256 key whose certificate has this user ID.
x509::Certificate envelope_named(const std::string& user_id) {
  PrivateKey own = key("p256");
  const auto draft =
      draft_envelope(request(own.public_key(), claimed_certificate(own.public_key(), user_id)));
  EXPECT_TRUE(draft) << draft.error().message;
  return *draft->finish(*own.sign(draft->request()));
}

/// A certificate of ours whose envelope extension holds this.
x509::Certificate with_extension(const Bytes& value, const std::string& key_name = "p256") {
  PrivateKey own = key(key_name);
  x509::SelfSignedOptions options{.common_name = "Somebody",
                                  .key = own.public_key(),
                                  .not_before = *parse_rfc3339("2029-01-01"),
                                  .not_after = *parse_rfc3339("2031-01-01"),
                                  .dns_names = {}};
  options.extensions.push_back(
      {.oid = Bytes(std::begin(kEnvelopeOid), std::end(kEnvelopeOid)), .value = value});
  return *self_sign(own, options);
}

ErrorKind refusal(const x509::Certificate& certificate) {
  const auto opened = open_envelope(certificate);
  EXPECT_FALSE(opened);
  return opened ? ErrorKind::Internal : opened.error().kind;
}

TEST(Envelope, CarriesTheOpenPgpCertificateOfEachKindOfKey) {
  for (const char* const name : {"rsa2048", "p256", "p384"}) {
    SCOPED_TRACE(name);
    PrivateKey own = key(name);
    const Bytes openpgp = claimed_certificate(own.public_key(), "party.example");
    const auto draft = draft_envelope(request(own.public_key(), openpgp));
    ASSERT_TRUE(draft) << draft.error().message;
    const auto envelope = draft->finish(*own.sign(draft->request()));
    ASSERT_TRUE(envelope) << envelope.error().message;
    const auto content = open_envelope(*envelope);
    ASSERT_TRUE(content && *content) << content.error().message;
    EXPECT_TRUE(std::ranges::equal((*content)->certificate.octets(), openpgp));
    EXPECT_EQ((*content)->fingerprint, (*content)->certificate.primary().fingerprint);
    EXPECT_EQ((*content)->key_id, (*content)->fingerprint.key_id());
    EXPECT_TRUE(envelope->check_self_signed());
  }
}

TEST(Envelope, CarriesThatOfAnEd25519Key) {
  const x509::SeededEd25519Key own;
  const auto draft =
      draft_envelope(request(own.public_key(), claimed_certificate(own.public_key(), "party.example")));
  ASSERT_TRUE(draft) << draft.error().message;
  const auto envelope = draft->finish(own.sign(draft->request().digest));
  ASSERT_TRUE(envelope) << envelope.error().message;
  const auto content = open_envelope(*envelope);
  ASSERT_TRUE(content && *content);
  EXPECT_EQ((*content)->certificate.primary().key, own.public_key());
}

TEST(Envelope, NamesTheSubkeyThatIsItsOwn) {
  PrivateKey own = key("p256");
  const Bytes openpgp =
      claimed_certificate_with_subkey(key("p384").public_key(), "party.example", own.public_key());
  const auto draft = draft_envelope(request(own.public_key(), openpgp));
  ASSERT_TRUE(draft) << draft.error().message;
  const auto content = open_envelope(*draft->finish(*own.sign(draft->request())));
  ASSERT_TRUE(content && *content);
  EXPECT_EQ((*content)->fingerprint, (*content)->certificate.subkeys().at(0).key.fingerprint);
}

TEST(Envelope, IsForBothSidesAndNoCa) {
  const x509::Certificate envelope = envelope_named("Ann Example <ann@party.example>");
  EXPECT_TRUE(envelope.allows(x509::Purpose::ClientAuth));
  EXPECT_TRUE(envelope.allows(x509::Purpose::ServerAuth));
  EXPECT_EQ(envelope.key_usage(), x509::kDigitalSignature);
  EXPECT_FALSE(envelope.is_ca());
}

TEST(Envelope, IsCalledByItsUserId) {
  const x509::Certificate person = envelope_named("Ann Example <ann@party.example>");
  EXPECT_EQ(person.subject(), R"(CN=Ann Example \<ann@party.example\>)");
  ASSERT_EQ(person.alternative_names().size(), 1U);
  EXPECT_EQ(person.alternative_names()[0].form, x509::NameForm::Rfc822);
  EXPECT_EQ(tlscore::as_text(person.alternative_names()[0].value), "ann@party.example");
  const x509::Certificate host = envelope_named("party.example");
  EXPECT_EQ(host.subject(), "CN=party.example");
  EXPECT_EQ(host.dns_names(), std::vector<std::string>{"party.example"});
  EXPECT_EQ(envelope_named("https://Party.Example").dns_names(), std::vector<std::string>{"party.example"});
  EXPECT_EQ(envelope_named("ann@party.example").alternative_names().size(), 1U);
}

TEST(Envelope, TakesNoNameFromAPartOfAUserId) {
  for (const char* const user_id :
       {"Ann", "see party.example", "party.example <x", "<a@party.example> or not", "https://party.example/x",
        "192.0.2.1", "Ann <a b@party.example>", "Ann <ann@192.0.2.1>"}) {
    EXPECT_TRUE(envelope_named(user_id).alternative_names().empty()) << user_id;
  }
}

TEST(Envelope, ALongOrOddUserIdStillMakesASubject) {
  EXPECT_EQ(envelope_named(std::string(100, 'a')).subject(), "CN=" + std::string(64, 'a'));
  EXPECT_EQ(envelope_named("a\nb").subject().find('\n'), std::string::npos);
  EXPECT_TRUE(envelope_named("").subject().starts_with("CN=OpenPGP "));
}

TEST(Envelope, LastsAYearAndNoLongerThanItsKey) {
  const PrivateKey own = key("p256");
  EnvelopeRequest wanted = request(own.public_key(), claimed_certificate(own.public_key(), "party.example"));
  const auto valid = [&] {
    PrivateKey signer = key("p256");
    const auto draft = draft_envelope(wanted);
    EXPECT_TRUE(draft);
    return *draft->finish(*signer.sign(draft->request()));
  };
  EXPECT_EQ(valid().not_before(), wanted.now - kHour);
  EXPECT_EQ(valid().not_after(), wanted.now + kEnvelopeLife);
  wanted.expires = wanted.now + kHour;
  EXPECT_EQ(valid().not_after(), wanted.now + kHour);
  wanted.expires = wanted.now + 2 * kEnvelopeLife;
  EXPECT_EQ(valid().not_after(), wanted.now + kEnvelopeLife);
  wanted.expires = wanted.now;
  EXPECT_EQ(draft_envelope(wanted).error().kind, ErrorKind::Refused);
}

TEST(Envelope, IsNotMadeForAKeyThatTheCertificateDoesNotHave) {
  const PrivateKey own = key("p256");
  const Bytes others = claimed_certificate(key("p384").public_key(), "party.example");
  EXPECT_EQ(draft_envelope(request(own.public_key(), others)).error().kind, ErrorKind::Refused);
  EXPECT_EQ(draft_envelope(request(own.public_key(), Bytes{1, 2, 3})).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(draft_envelope(request(own.public_key(), Bytes(25000))).error().kind, ErrorKind::TooLarge);
}

TEST(Envelope, AnyOtherCertificateIsNone) {
  const auto opened = open_envelope(x509::test_certificates("leaf.pem").front());
  ASSERT_TRUE(opened);
  EXPECT_FALSE(opened->has_value());
}

TEST(Envelope, RefusesAnInnerKeyThatIsNotItsOwn) {
  const Bytes others = claimed_certificate(key("p384").public_key(), "party.example");
  EXPECT_EQ(refusal(with_extension(x509::der(x509::kDerOctetString, others))), ErrorKind::Refused);
}

TEST(Envelope, RefusesAnInnerKeyThatMayNotAuthenticate) {
  const auto own = key("p256").public_key();
  const Bytes certifies_only = claimed_certificate(own, "party.example", kMayCertify);
  EXPECT_EQ(refusal(with_extension(x509::der(x509::kDerOctetString, certifies_only))), ErrorKind::Refused);
  const Bytes encrypts = claimed_certificate_with_subkey(key("p384").public_key(), "x", own, kMayEncrypt);
  EXPECT_EQ(refusal(with_extension(x509::der(x509::kDerOctetString, encrypts))), ErrorKind::Refused);
}

TEST(Envelope, RefusesASubkeyThatNothingBinds) {
  const auto own = key("p256").public_key();
  const Bytes unbound = concatenation({claimed_certificate(key("p384").public_key(), "party.example"),
                                       make_key_packet(kPublicSubkeyTag, own)});
  EXPECT_EQ(refusal(with_extension(x509::der(x509::kDerOctetString, unbound))), ErrorKind::Refused);
}

TEST(Envelope, RefusesAnExtensionThatHoldsSomethingElse) {
  const Bytes openpgp = claimed_certificate(key("p256").public_key(), "party.example");
  const Bytes good = x509::der(x509::kDerOctetString, openpgp);
  EXPECT_TRUE(open_envelope(with_extension(good)));
  EXPECT_EQ(refusal(with_extension(openpgp)), ErrorKind::Malformed);
  EXPECT_EQ(refusal(with_extension({})), ErrorKind::Malformed);
  EXPECT_EQ(refusal(with_extension(concatenation({good, good}))), ErrorKind::Malformed);
  EXPECT_EQ(refusal(with_extension(x509::der(x509::kDerOctetString, Bytes{}))), ErrorKind::Malformed);
  EXPECT_EQ(refusal(with_extension(x509::der(x509::kDerOctetString, concatenation({openpgp, openpgp})))),
            ErrorKind::Malformed);
  EXPECT_EQ(refusal(with_extension(x509::der(x509::kDerOctetString, openpgp_data("secret.pgp")))),
            ErrorKind::Refused);
}

TEST(Envelope, AnExtensionThatIsCriticalOrThereTwiceIsNoCertificate) {
  x509::Holder holder("Twice");
  const Bytes value = x509::der(x509::kDerOctetString, claimed_certificate(holder.key.public_key(), "x"));
  const Bytes once = x509::extension(kEnvelopeOid, value);
  EXPECT_TRUE(x509::Certificate::parse_der(x509::certificate_der(holder, holder, {once})));
  EXPECT_FALSE(x509::Certificate::parse_der(x509::certificate_der(holder, holder, {once, once})));
  EXPECT_FALSE(x509::Certificate::parse_der(
      x509::certificate_der(holder, holder, {x509::extension(kEnvelopeOid, value, true)})));
}

}  // namespace
}  // namespace openpgp_auth
