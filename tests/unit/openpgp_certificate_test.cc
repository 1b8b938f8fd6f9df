// Certificates that GnuPG made, and what is done to them here.
#include <gtest/gtest.h>

#include "openpgp-auth/certificate.h"
#include "tests/unit/openpgp_test_data.h"

namespace openpgp_auth {
namespace {

using tlscore::x509::PublicKey;

ErrorKind refusal(ByteView octets) {
  const auto certificate = Certificate::parse(octets);
  EXPECT_FALSE(certificate);
  return certificate ? ErrorKind::Internal : certificate.error().kind;
}

TEST(OpenPgpCertificate, ReadsEachKindOfKey) {
  const struct {
    const char* file;
    PublicKey::Type type;
  } cases[] = {{"rsa.pgp", PublicKey::Type::Rsa},
               {"p256.pgp", PublicKey::Type::EcP256},
               {"p384.pgp", PublicKey::Type::EcP384},
               {"ed25519.pgp", PublicKey::Type::Ed25519}};
  for (const auto& [file, type] : cases) {
    SCOPED_TRACE(file);
    const Certificate certificate = openpgp_certificate(file);
    ASSERT_TRUE(certificate.primary().key) << certificate.primary().why;
    EXPECT_EQ(certificate.primary().key->type(), type);
    ASSERT_EQ(certificate.subkeys().size(), 3U);
    EXPECT_TRUE(certificate.subkeys()[0].key.key);
    EXPECT_TRUE(certificate.subkeys()[1].key.key);
    EXPECT_EQ(primary_key_flags(certificate), kMayCertify | kMaySign);
    EXPECT_EQ(newest(certificate.subkeys()[0].bindings)->key_flags, kMaySign);
    EXPECT_EQ(newest(certificate.subkeys()[1].bindings)->key_flags, kMayAuthenticate);
    EXPECT_EQ(newest(certificate.subkeys()[2].bindings)->key_flags, kMayEncrypt);
    EXPECT_TRUE(std::ranges::equal(certificate.octets(), openpgp_data(file)));
  }
}

TEST(OpenPgpCertificate, RefusesWhatIsNotOneCertificate) {
  const Bytes rsa = openpgp_data("rsa.pgp");
  const Bytes p256 = openpgp_data("p256.pgp");
  EXPECT_EQ(refusal({}), ErrorKind::Malformed);
  EXPECT_EQ(refusal(concatenation({rsa, p256})), ErrorKind::Malformed);
  EXPECT_EQ(refusal(tlscore::as_bytes("-----BEGIN PGP PUBLIC KEY BLOCK-----")), ErrorKind::Malformed);
  EXPECT_EQ(refusal(ByteView(rsa).first(rsa.size() - 1)), ErrorKind::Malformed);
  EXPECT_EQ(refusal(make_packet(kUserIdTag, "party.example")), ErrorKind::Malformed);
}

TEST(OpenPgpCertificate, RefusesASecretKey) {
  EXPECT_EQ(refusal(openpgp_data("secret.pgp")), ErrorKind::Refused);
  EXPECT_EQ(refusal(concatenation({openpgp_data("rsa.pgp"), make_packet(kSecretSubkeyTag, "x")})),
            ErrorKind::Refused);
}

/// A certificate's parts, to put others between them.
struct Parts {
  Certificate whole = openpgp_certificate("p256.pgp");
  const KeyPacket& primary = whole.primary();
  Bytes name = concatenation({whole.user_ids()[0].packet, whole.user_ids()[0].self_signatures.at(0).packet});
  Bytes subkey = concatenation({whole.subkeys()[1].key.packet, whole.subkeys()[1].bindings.at(0).packet});
};

TEST(OpenPgpCertificate, SortsSignaturesByWhatTheyAreAbout) {
  const Parts parts;
  const KeyPacket& key = parts.primary;
  const KeyPacket other = openpgp_certificate("rsa.pgp").primary();
  const auto certificate = Certificate::parse(concatenation(
      {key.packet, claimed_signature(kDirectKey, key), claimed_signature(kDirectKey, other),
       claimed_signature(kKeyRevocation, other), claimed_signature(kSubkeyBinding, key), parts.name,
       claimed_signature(kGenericCertification, key), claimed_signature(kGenericCertification, other),
       claimed_signature(kCertificationRevocation, key), claimed_signature(kCertificationRevocation, other),
       claimed_signature(kSubkeyBinding, key), parts.subkey, claimed_signature(kSubkeyBinding, other),
       claimed_signature(kSubkeyRevocation, other), claimed_signature(kPositiveCertification, key)}));
  ASSERT_TRUE(certificate) << certificate.error().message;
  EXPECT_EQ(certificate->direct_signatures().size(), 1U);
  EXPECT_EQ(certificate->revocations().size(), 1U);
  ASSERT_EQ(certificate->user_ids().size(), 1U);
  EXPECT_EQ(certificate->user_ids()[0].self_signatures.size(), 2U);
  EXPECT_EQ(certificate->user_ids()[0].revocations.size(), 1U);
  ASSERT_EQ(certificate->subkeys().size(), 1U);
  EXPECT_EQ(certificate->subkeys()[0].bindings.size(), 1U);
  EXPECT_EQ(certificate->subkeys()[0].revocations.size(), 1U);
  EXPECT_TRUE(certificate->left_out().empty());
}

TEST(OpenPgpCertificate, TakesTheFlagsThatThePrimaryKeySaidLast) {
  const Parts parts;
  const auto flags = [&](std::uint8_t direct_time, std::uint8_t name_time) {
    const auto certificate = Certificate::parse(concatenation(
        {parts.primary.packet,
         claimed_signature(kDirectKey, parts.primary, direct_time, make_subpacket(27, Bytes{0x20})),
         make_packet(kUserIdTag, "name"),
         claimed_signature(kPositiveCertification, parts.primary, name_time, make_subpacket(27, Bytes{0x01})),
         claimed_signature(kPositiveCertification, parts.primary, 9)}));
    return primary_key_flags(*certificate);
  };
  EXPECT_EQ(flags(2, 1), kMayAuthenticate);
  EXPECT_EQ(flags(1, 2), kMayCertify);
  EXPECT_EQ(primary_key_flags(*Certificate::parse(parts.primary.packet)), std::nullopt);
}

TEST(OpenPgpCertificate, CountsNoUnusableSignatureAsTheNewest) {
  const Parts parts;
  const Bytes twice = concatenation(
      {issuer_subpacket(parts.primary), make_subpacket(27, Bytes{1}), make_subpacket(27, Bytes{2})});
  const auto certificate = Certificate::parse(concatenation(
      {parts.primary.packet, claimed_signature(kDirectKey, parts.primary, 3),
       claimed_signature(kDirectKey, parts.primary, 5), claimed_signature(kDirectKey, parts.primary, 4),
       claimed_signature(kDirectKey, parts.primary, 6, twice)}));
  ASSERT_EQ(certificate->direct_signatures().size(), 4U);
  EXPECT_EQ(newest(certificate->direct_signatures()), &certificate->direct_signatures()[1]);
  EXPECT_EQ(newest({}), nullptr);
}

TEST(OpenPgpCertificate, PassesOverWhatNobodyNeeds) {
  const Parts parts;
  for (const std::uint8_t tag : Bytes{kMarkerTag, kTrustTag, kUserAttributeTag, kPaddingTag, 40, 63}) {
    SCOPED_TRACE(unsigned{tag});
    const auto certificate = Certificate::parse(
        concatenation({parts.primary.packet, parts.name, make_packet(tag, "PGP"),
                       claimed_signature(kSubkeyRevocation, parts.primary), parts.subkey}));
    ASSERT_TRUE(certificate) << certificate.error().message;
    EXPECT_EQ(certificate->user_ids().size(), 1U);
    EXPECT_EQ(certificate->subkeys().size(), 1U);
  }
}

TEST(OpenPgpCertificate, GivesAUserAttributesSignaturesToNobody) {
  const Parts parts;
  const auto certificate = Certificate::parse(
      concatenation({parts.primary.packet, parts.name, make_packet(kUserAttributeTag, "photo"),
                     claimed_signature(kPositiveCertification, parts.primary)}));
  EXPECT_EQ(certificate->user_ids().at(0).self_signatures.size(), 1U);
}

TEST(OpenPgpCertificate, LeavesOutAUserIdThatIsNotUtf8) {
  const Parts parts;
  const auto certificate = Certificate::parse(
      concatenation({parts.primary.packet, make_packet(kUserIdTag, "Zo\xeb"),
                     claimed_signature(kPositiveCertification, parts.primary), parts.name}));
  ASSERT_TRUE(certificate) << certificate.error().message;
  ASSERT_EQ(certificate->user_ids().size(), 1U);
  EXPECT_EQ(certificate->user_ids()[0].self_signatures.size(), 1U);
  EXPECT_EQ(certificate->left_out(), std::vector<std::string>{"a user ID that is not UTF-8"});
}

TEST(OpenPgpCertificate, LeavesOutASubkeyOfAnotherVersion) {
  const Parts parts;
  const auto certificate = Certificate::parse(concatenation(
      {parts.primary.packet, parts.name, make_packet(kPublicSubkeyTag, Bytes{6, 0, 0, 0, 1, 27, 0, 0, 0, 0}),
       claimed_signature(kSubkeyBinding, parts.primary), parts.subkey}));
  ASSERT_TRUE(certificate) << certificate.error().message;
  ASSERT_EQ(certificate->subkeys().size(), 1U);
  EXPECT_EQ(certificate->subkeys()[0].bindings.size(), 1U);
  EXPECT_EQ(certificate->left_out().size(), 1U);
}

TEST(OpenPgpCertificate, KeepsASubkeyOfAnUnknownAlgorithmThatIsOfNoUse) {
  const Parts parts;
  const auto certificate = Certificate::parse(concatenation(
      {parts.primary.packet, make_packet(kPublicSubkeyTag, Bytes{4, 0, 0, 0, 1, 99, 1, 2, 3})}));
  ASSERT_TRUE(certificate) << certificate.error().message;
  EXPECT_FALSE(certificate->subkeys().at(0).key.key);
  EXPECT_EQ(certificate->subkeys()[0].key.why, "a key of the unknown algorithm 99");
}

TEST(OpenPgpCertificate, RefusesAPrimaryKeyThatNobodyKnows) {
  Bytes body = Parts().primary.body;
  body[5] = 99;
  EXPECT_EQ(refusal(make_packet(kPublicKeyTag, body)), ErrorKind::Unsupported);
  body[0] = 6;
  EXPECT_EQ(refusal(make_packet(kPublicKeyTag, body)), ErrorKind::Unsupported);
}

TEST(OpenPgpCertificate, RefusesAPrimaryKeyThatCanOnlyEncrypt) {
  EXPECT_EQ(refusal(make_packet(kPublicKeyTag, Parts().whole.subkeys()[2].key.body)), ErrorKind::Malformed);
}

TEST(OpenPgpCertificate, RefusesASubkeyOffItsCurve) {
  const Parts parts;
  Bytes body = parts.whole.subkeys()[1].key.body;
  body.back() ^= 1U;
  EXPECT_EQ(refusal(concatenation({parts.primary.packet, make_packet(kPublicSubkeyTag, body)})),
            ErrorKind::Malformed);
}

TEST(OpenPgpCertificate, RefusesTheSameKeyTwice) {
  const Parts parts;
  EXPECT_EQ(refusal(concatenation({parts.whole.octets(), parts.subkey})), ErrorKind::Malformed);
  EXPECT_EQ(refusal(concatenation({parts.primary.packet, make_packet(kPublicSubkeyTag, parts.primary.body)})),
            ErrorKind::Malformed);
}

TEST(OpenPgpCertificate, RefusesNamesAfterSubkeys) {
  const Parts parts;
  for (const std::uint8_t tag : Bytes{kUserIdTag, kUserAttributeTag}) {
    EXPECT_EQ(refusal(concatenation({parts.primary.packet, parts.subkey, make_packet(tag, "x")})),
              ErrorKind::Malformed);
  }
}

TEST(OpenPgpCertificate, RefusesPacketsThatDoNotBelong) {
  const Parts parts;
  for (const std::uint8_t tag : Bytes{1, 3, 4, 8, 9, 11, 15, 18, 19, 20, 39}) {
    EXPECT_EQ(refusal(concatenation({parts.primary.packet, make_packet(tag, "x")})), ErrorKind::Malformed)
        << unsigned{tag};
  }
}

/// A primary key with so many copies of a packet after it, each of which ends with another number.
Bytes with_many(std::size_t count, std::uint8_t tag, ByteView body) {
  Bytes all = Parts().primary.packet;
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes number = {static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)};
    const Bytes packet = make_packet(tag, concatenation({body, number}));
    all.insert(all.end(), packet.begin(), packet.end());
  }
  return all;
}

TEST(OpenPgpCertificate, RefusesMoreThanItsBounds) {
  const Bytes dsa = {4, 0, 0, 0, 1, kDsa};
  const struct {
    std::uint8_t tag;
    Bytes body;
    std::size_t most;
  } cases[] = {{kUserIdTag, {'a'}, Certificate::kMaxUserIds},
               {kUserAttributeTag, {'a'}, Certificate::kMaxUserIds},
               {kPublicSubkeyTag, dsa, Certificate::kMaxSubkeys},
               {kPublicSubkeyTag, {6}, Certificate::kMaxSubkeys},
               {kSignatureTag, {4, kDirectKey}, Certificate::kMaxSignatures},
               {kTrustTag, {}, Certificate::kMaxPackets - 1}};
  for (const auto& [tag, body, most] : cases) {
    SCOPED_TRACE(unsigned{tag});
    const auto certificate = Certificate::parse(with_many(most, tag, body));
    EXPECT_TRUE(certificate) << certificate.error().message;
    EXPECT_EQ(refusal(with_many(most + 1, tag, body)), ErrorKind::TooLarge);
  }
}

TEST(OpenPgpCertificate, RefusesAUserIdOfMoreThanTwoKibibytes) {
  const Bytes key = Parts().primary.packet;
  EXPECT_TRUE(Certificate::parse(concatenation({key, make_packet(kUserIdTag, std::string(2048, 'a'))})));
  EXPECT_EQ(refusal(concatenation({key, make_packet(kUserIdTag, std::string(2049, 'a'))})),
            ErrorKind::TooLarge);
}

TEST(OpenPgpCertificate, RefusesMoreThan256Kibibytes) {
  const Bytes key = Parts().primary.packet;
  // A header of six octets fills it up.
  const std::size_t left = Certificate::kMaxBytes - key.size() - 6;
  EXPECT_TRUE(Certificate::parse(concatenation({key, make_packet(kTrustTag, Bytes(left))})));
  EXPECT_EQ(refusal(concatenation({key, make_packet(kTrustTag, Bytes(left + 1))})), ErrorKind::TooLarge);
}

TEST(OpenPgpCertificate, EndsNowhereButBetweenPackets) {
  const Bytes whole = openpgp_data("p256.pgp");
  std::size_t readable = 0;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    if (Certificate::parse(ByteView(whole).first(n))) ++readable;
  }
  // After the key, the user ID, its signature, and each subkey and its binding but the last.
  EXPECT_EQ(readable, 8U);
}

}  // namespace
}  // namespace openpgp_auth
