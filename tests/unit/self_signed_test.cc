// Self-signed certificates for keys that are held elsewhere.
#include "tlscore/x509/self_signed.h"

#include <gtest/gtest.h>

#include "tests/unit/x509_test_data.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/path.h"
#include "tlscore/x509/private_key.h"

namespace tlscore::x509 {
namespace {

PrivateKey key(const std::string& name) {
  return std::move(*PrivateKey::parse_pem(test_data(name + ".key")));
}

SelfSignedOptions options(const PrivateKey& holder) {
  return {.common_name = "Somebody",
          .key = holder.public_key(),
          .not_before = *parse_rfc3339("2029-01-01"),
          .not_after = *parse_rfc3339("2031-01-01"),
          .dns_names = {}};
}

Certificate made(PrivateKey& holder, const SelfSignedOptions& wanted) {
  const auto draft = draft_self_signed(wanted);
  EXPECT_TRUE(draft) << draft.error().message;
  auto certificate = draft->finish(*holder.sign(draft->request()));
  EXPECT_TRUE(certificate) << certificate.error().message;
  return *certificate;
}

TEST(SelfSigned, FitsEachKindOfKey) {
  const struct {
    const char* name;
    SignatureScheme scheme;
    Hash hash;
  } cases[] = {{"rsa2048", SignatureScheme::RsaPkcs1, Hash::Sha256},
               {"p256", SignatureScheme::Ecdsa, Hash::Sha256},
               {"p384", SignatureScheme::Ecdsa, Hash::Sha384}};
  for (const auto& [name, scheme, hash] : cases) {
    SCOPED_TRACE(name);
    PrivateKey holder = key(name);
    EXPECT_EQ(draft_self_signed(options(holder))->request().scheme, scheme);
    EXPECT_EQ(draft_self_signed(options(holder))->request().hash, hash);
    const Certificate certificate = made(holder, options(holder));
    EXPECT_EQ(certificate.public_key(), holder.public_key());
    EXPECT_EQ(certificate.subject(), "CN=Somebody");
    EXPECT_TRUE(certificate.is_self_issued());
    EXPECT_FALSE(certificate.is_ca());
    EXPECT_EQ(certificate.key_usage(), kDigitalSignature);
    EXPECT_TRUE(certificate.allows(Purpose::ClientAuth));
    EXPECT_FALSE(certificate.allows(Purpose::ServerAuth));
    EXPECT_EQ(certificate.serial_hex().size(), 32U);
  }
}

TEST(SelfSigned, ItsSerialIsAnotherEachTime) {
  PrivateKey holder = key("p256");
  EXPECT_NE(made(holder, options(holder)).serial_hex(), made(holder, options(holder)).serial_hex());
}

TEST(SelfSigned, AServersIsTrustedWhereItIsARoot) {
  PrivateKey holder = key("p256");
  SelfSignedOptions wanted = options(holder);
  wanted.server_auth = true;
  wanted.dns_names = {"Party.Example", "*.wild.example", "192.0.2.1"};
  const Certificate certificate = made(holder, wanted);
  EXPECT_EQ(certificate.dns_names(), (std::vector<std::string>{"party.example", "*.wild.example"}));
  EXPECT_EQ(certificate.ip_addresses(), std::vector<std::string>{"192.0.2.1"});
  const auto roots = TrustStore::from_certificates({certificate});
  const std::vector<Certificate> chain = {certificate};
  const auto path = verify_server_path({chain, "x.wild.example", *parse_rfc3339("2030-01-01"), *roots});
  EXPECT_TRUE(path) << path.error().message;
}

TEST(SelfSigned, HoldsMailboxesAndExtensionsOfOthers) {
  PrivateKey holder = key("p256");
  SelfSignedOptions wanted = options(holder);
  wanted.mailboxes = {"ann@party.example"};
  const Bytes oid = *from_hex("2a0304");
  wanted.extensions = {{.oid = oid, .value = der(kDerOctetString, as_bytes("text"))}};
  const Certificate certificate = made(holder, wanted);
  ASSERT_EQ(certificate.alternative_names().size(), 1U);
  EXPECT_EQ(certificate.alternative_names()[0].form, NameForm::Rfc822);
  EXPECT_EQ(as_text(certificate.alternative_names()[0].value), "ann@party.example");
  ASSERT_TRUE(certificate.extension(oid));
  EXPECT_TRUE(std::ranges::equal(*certificate.extension(oid), wanted.extensions[0].value));
  EXPECT_FALSE(certificate.extension(*from_hex("2a0305")));
}

TEST(SelfSigned, ACommonNameIsCutBetweenCharacters) {
  EXPECT_EQ(cut_common_name("Ann"), "Ann");
  EXPECT_EQ(cut_common_name(std::string(63, 'a') + "\xc3\xa9t\xc3\xa9"), std::string(63, 'a'));
  EXPECT_EQ(cut_common_name(std::string(62, 'a') + "\xc3\xa9t"), std::string(62, 'a') + "\xc3\xa9");
}

TEST(SelfSigned, DatesAreWrittenOnBothSidesOf2050) {
  PrivateKey holder = key("p256");
  SelfSignedOptions wanted = options(holder);
  wanted.not_before = *parse_rfc3339("2049-12-31T23:59:59Z");
  wanted.not_after = *parse_rfc3339("2050-01-01T00:00:00Z");
  const Certificate certificate = made(holder, wanted);
  EXPECT_EQ(certificate.not_before(), wanted.not_before);
  EXPECT_EQ(certificate.not_after(), wanted.not_after);
  wanted.not_after = *parse_rfc3339("9999-12-31T23:59:59Z");
  EXPECT_EQ(made(holder, wanted).not_after(), wanted.not_after);
}

TEST(SelfSigned, RefusesASignatureOfAnotherKey) {
  const PrivateKey holder = key("p256");
  auto stranger = PrivateKey::generate_p256();
  const auto draft = draft_self_signed(options(holder));
  EXPECT_EQ(draft->finish(*stranger->sign(draft->request())).error().kind, ErrorKind::Untrusted);
  EXPECT_EQ(draft->finish({}).error().kind, ErrorKind::Untrusted);
}

TEST(SelfSigned, RefusesWhatMakesNoCertificate) {
  const PrivateKey holder = key("p256");
  const auto refused = [&holder](auto change) {
    SelfSignedOptions wanted = options(holder);
    change(wanted);
    const auto draft = draft_self_signed(wanted);
    EXPECT_FALSE(draft);
    return draft ? ErrorKind::Internal : draft.error().kind;
  };
  EXPECT_EQ(refused([](auto& o) { o.common_name = ""; }), ErrorKind::Malformed);
  EXPECT_EQ(refused([](auto& o) { o.common_name = std::string(65, 'a'); }), ErrorKind::Malformed);
  EXPECT_EQ(refused([](auto& o) { o.common_name = "a\nb"; }), ErrorKind::Malformed);
  EXPECT_EQ(refused([](auto& o) { o.common_name = "\xff"; }), ErrorKind::Malformed);
  EXPECT_EQ(refused([](auto& o) { o.not_after = o.not_before - std::chrono::seconds(1); }),
            ErrorKind::Malformed);
  EXPECT_EQ(refused([](auto& o) { o.client_auth = false; }), ErrorKind::Refused);
  EXPECT_EQ(refused([](auto& o) { o.dns_names = {"not a name"}; }), ErrorKind::Malformed);
  EXPECT_EQ(refused([](auto& o) { o.dns_names = {"*.192.0.2.1"}; }), ErrorKind::Malformed);
  EXPECT_EQ(refused([](auto& o) { o.dns_names = {"*"}; }), ErrorKind::Malformed);
  EXPECT_EQ(refused([](auto& o) { o.mailboxes = {"Ann <ann@party.example>"}; }), ErrorKind::Malformed);
  EXPECT_EQ(refused([](auto& o) { o.extensions = {{.oid = {0x2a}, .value = Bytes(40000)}}; }),
            ErrorKind::TooLarge);
}

}  // namespace
}  // namespace tlscore::x509
