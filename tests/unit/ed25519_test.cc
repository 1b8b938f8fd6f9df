// Ed25519 keys, signatures and certificates: RFC 8032's vectors, OpenSSL's certificates, and what is refused.
#include "tlscore/x509/ed25519.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/seeded_ed25519_key.h"
#include "tests/unit/x509_test_data.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/path.h"

namespace tlscore::x509 {
namespace {

SignatureRequest request(ByteView message) {
  return {SignatureScheme::Ed25519, Hash::None, Bytes(message.begin(), message.end())};
}

SelfSignedOptions options() {
  return {.common_name = "Somebody",
          .key = SeededEd25519Key().public_key(),
          .not_before = *parse_rfc3339("2029-01-01"),
          .not_after = *parse_rfc3339("2031-01-01"),
          .dns_names = {"party.example"}};
}

TEST(Ed25519, VerifiesTheRfcsSignatures) {
  // RFC 8032, section 7.1, tests 2 and 3.
  const struct {
    const char* point;
    const char* message;
    const char* signature;
  } cases[] = {{"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
               {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"}};
  for (const auto& [point, message, signature] : cases) {
    const auto key = PublicKey::from_ed25519(*from_hex(point));
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_TRUE(key->verify(request(*from_hex(message)), *from_hex(signature)));
    EXPECT_EQ(key->verify(request(*from_hex("73")), *from_hex(signature)).error().kind, ErrorKind::Untrusted);
  }
}

TEST(Ed25519, SaysWhatItIs) {
  const PublicKey key = SeededEd25519Key().public_key();
  EXPECT_EQ(key.type(), PublicKey::Type::Ed25519);
  EXPECT_EQ(key.describe(), "Ed25519");
  EXPECT_EQ(key.bits(), 255U);
  EXPECT_EQ(PublicKey::parse_spki(key.spki()).value(), key);
  EXPECT_EQ(ed25519_point(key.spki())->size(), kEd25519PointBytes);
}

TEST(Ed25519, RefusesAnyBitOfASignatureChanged) {
  const SeededEd25519Key key;
  const Bytes message = to_bytes("message");
  Bytes signature = key.sign(message);
  EXPECT_TRUE(key.public_key().verify(request(message), signature));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    signature[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_EQ(key.public_key().verify(request(message), signature).error().kind, ErrorKind::Untrusted) << bit;
    signature[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
  signature.push_back(0);
  EXPECT_FALSE(key.public_key().verify(request(message), signature));
  EXPECT_FALSE(key.public_key().verify(request(message), {}));
}

TEST(Ed25519, RefusesANumberThatIsNotReduced) {
  // The same signature with the group's order added to its second half: other implementations take it.
  const SeededEd25519Key key;
  const Bytes message = to_bytes("message");
  Bytes signature = key.sign(message);
  const Bytes order = *from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    carry += signature[32 + i] + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8U;
  }
  EXPECT_EQ(carry, 0U);
  EXPECT_EQ(key.public_key().verify(request(message), signature).error().kind, ErrorKind::Untrusted);
}

TEST(Ed25519, RefusesARequestThatIsNotForIt) {
  const PublicKey key = SeededEd25519Key().public_key();
  const Bytes digest(32, 7);
  const auto refusal = [&](const SignatureRequest& wanted) {
    return key.verify(wanted, Bytes(64)).error().kind;
  };
  EXPECT_EQ(refusal({SignatureScheme::Ecdsa, Hash::Sha256, digest}), ErrorKind::Unsupported);
  EXPECT_EQ(refusal({SignatureScheme::RsaPss, Hash::Sha256, digest}), ErrorKind::Unsupported);
  EXPECT_EQ(refusal({SignatureScheme::Ed25519, Hash::Sha256, digest}), ErrorKind::Malformed);
  EXPECT_EQ(refusal({SignatureScheme::Ed25519, Hash::None, {}}), ErrorKind::Malformed);
  EXPECT_EQ(refusal({SignatureScheme::Ed25519, Hash::None, Bytes(kMaxSignedMessageBytes + 1)}),
            ErrorKind::Malformed);
  EXPECT_EQ(refusal({SignatureScheme::Ed25519, Hash::None, Bytes(kMaxSignedMessageBytes)}),
            ErrorKind::Untrusted);
}

TEST(Ed25519, NoOtherSchemeSignsWithoutAHash) {
  EXPECT_FALSE(is_well_formed({SignatureScheme::Ecdsa, Hash::None, Bytes(32)}));
  EXPECT_FALSE(is_well_formed({SignatureScheme::Ecdsa, Hash::None, {}}));
  EXPECT_TRUE(is_well_formed({SignatureScheme::Ecdsa, Hash::Sha256, Bytes(32)}));
}

TEST(Ed25519, RefusesWhatIsNoPoint) {
  Bytes off_the_curve(32, 0);
  off_the_curve[0] = 2;
  Bytes of_small_order(32, 0);
  of_small_order[0] = 1;
  const Bytes not_canonical(32, 0xff);
  for (const Bytes& point :
       {off_the_curve, of_small_order, not_canonical, Bytes(31, 7), Bytes(33, 7), Bytes{}})
    EXPECT_EQ(PublicKey::from_ed25519(point).error().kind, ErrorKind::Malformed) << to_hex(point);
}

TEST(Ed25519, RefusesASubjectPublicKeyInfoThatIsWrittenOtherwise) {
  const SeededEd25519Key key;
  const ByteView point = key.point();
  const Bytes with_parameters =
      der(kDerSequence, {der(kDerSequence, {kEd25519Oid, der(kDerNull, ByteView())}), der_bit_string(point)});
  EXPECT_EQ(PublicKey::parse_spki(with_parameters).error().kind, ErrorKind::Malformed);
  Bytes unused_bits = ed25519_spki(point);
  unused_bits[11] = 1;
  EXPECT_EQ(PublicKey::parse_spki(unused_bits).error().kind, ErrorKind::Malformed);
}

TEST(Ed25519, ReadsACertificateThatOpensslMade) {
  // openssl ca -selfsign; leaf-ed25519.pem has an Ed25519 key and another one's signature (make.sh).
  const Certificate leaf = test_certificates("leaf-ed25519.pem").front();
  EXPECT_EQ(leaf.public_key().type(), PublicKey::Type::Ed25519);
  const Certificate own = test_certificates("self-signed-ed25519.pem").front();
  EXPECT_EQ(own.public_key().type(), PublicKey::Type::Ed25519);
  EXPECT_TRUE(own.check_self_signed());
  EXPECT_EQ(leaf.check_self_signed().error().kind, ErrorKind::Unsupported);
}

TEST(Ed25519, MakesASelfSignedCertificate) {
  const Certificate certificate = SeededEd25519Key().self_sign(options());
  EXPECT_EQ(certificate.subject(), "CN=Somebody");
  EXPECT_EQ(certificate.public_key(), SeededEd25519Key().public_key());
  EXPECT_TRUE(certificate.check_self_signed());
}

TEST(Ed25519, ASelfSignedCertificateWithAnotherKeysSignatureIsFoundOut) {
  const Certificate certificate = SeededEd25519Key().self_sign(options());
  Bytes der(certificate.der().begin(), certificate.der().end());
  der.back() ^= 1U;
  EXPECT_EQ(Certificate::parse_der(der)->check_self_signed().error().kind, ErrorKind::Untrusted);
}

TEST(Ed25519, ACertificateWithABrokenKeyIsRefused) {
  const Certificate certificate = SeededEd25519Key().self_sign(options());
  Bytes der(certificate.der().begin(), certificate.der().end());
  const auto at = std::ranges::search(der, certificate.public_key().spki());
  std::ranges::fill(std::span(at).last(kEd25519PointBytes), std::uint8_t{0xff});
  EXPECT_EQ(Certificate::parse_der(der).error().kind, ErrorKind::Malformed);
}

TEST(Ed25519, NoCaSpeaksForSuchAKey) {
  const std::vector<Certificate> chain = {SeededEd25519Key().self_sign(options())};
  const auto roots = TrustStore::from_certificates(chain);
  ASSERT_TRUE(roots) << roots.error().message;
  const auto path = verify_server_path({chain, "party.example", *parse_rfc3339("2030-01-01"), *roots});
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().kind, ErrorKind::Untrusted);
  EXPECT_EQ(path.error().message,
            "the certificate has an Ed25519 key, which is trusted by a pin or by OpenPGP, not by a CA");
}

TEST(Certificate, SaysWhetherItsOwnKeySignedIt) {
  EXPECT_TRUE(test_certificates("root.pem").front().check_self_signed());
  EXPECT_TRUE(test_certificates("self-signed.pem").front().check_self_signed());
  EXPECT_EQ(test_certificates("leaf.pem").front().check_self_signed().error().kind, ErrorKind::Untrusted);
}

}  // namespace
}  // namespace tlscore::x509
