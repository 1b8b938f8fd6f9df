// Keys that GnuPG made, and keys that are wrong in one way.
#include <gtest/gtest.h>

#include "openpgp-auth/public_key_packet.h"
#include "tests/unit/openpgp_test_data.h"

namespace openpgp_auth {
namespace {

using tlscore::from_hex;
using tlscore::x509::PublicKey;

Result<KeyPacket> parse_body(ByteView body) {
  return parse_public_key({.tag = kPublicKeyTag, .body = body, .whole = body});
}

/// The body of a key of version 4 with this algorithm and material.
Bytes key_body(std::uint8_t algorithm, ByteView material) {
  return concatenation({Bytes{4, 0, 0, 0, 1, algorithm}, material});
}

ErrorKind refusal(ByteView body) {
  const auto key = parse_body(body);
  EXPECT_FALSE(key);
  return key ? ErrorKind::Internal : key.error().kind;
}

/// Why a key that is well-formed is of no use; empty if it is of use.
std::string why(std::uint8_t algorithm, std::string_view material_hex) {
  const auto key = parse_body(key_body(algorithm, *from_hex(material_hex)));
  EXPECT_TRUE(key) << key.error().message;
  return key ? key->why : "";
}

/// An RSA key of so many bits, all of them set, and the exponent 65537.
Bytes rsa_material(std::uint16_t bits) {
  tlscore::ByteWriter writer;
  writer.u16(bits);
  writer.bytes(Bytes(bits / 8U, 0xff));
  writer.u16(17);
  writer.u24(0x010001);
  return writer.take();
}

constexpr std::uint8_t kCurveOffset = 6;  // After version, time and algorithm.

TEST(OpenPgpPublicKey, IsKnownByTheFingerprintThatGnupgPrints) {
  const struct {
    const char* file;
    const char* fingerprint;
    PublicKey::Type type;
  } cases[] = {{"rsa.pgp", "8d7bad8dd0d7ddf3c4e86696a824bdec051bf589", PublicKey::Type::Rsa},
               {"p256.pgp", "0f5bd510d61ce763cc3d27b4d634c3f6d263c15f", PublicKey::Type::EcP256},
               {"p384.pgp", "1147f818f4ac2465a15dfb8696ec8b0d4f17f494", PublicKey::Type::EcP384},
               {"ed25519.pgp", "0cadb2355c5cd7ba7ec40698aa05d029431a5d79", PublicKey::Type::Ed25519}};
  for (const auto& [file, fingerprint, type] : cases) {
    SCOPED_TRACE(file);
    const Certificate certificate = openpgp_certificate(file);
    const KeyPacket& key = certificate.primary();
    EXPECT_EQ(key.fingerprint.to_hex(), fingerprint);
    EXPECT_EQ(key.key_id.to_hex(), std::string(fingerprint).substr(24));
    EXPECT_EQ(Fingerprint::from_hex(fingerprint), key.fingerprint);
    ASSERT_TRUE(key.key) << key.why;
    EXPECT_EQ(key.key->type(), type);
    EXPECT_EQ(key.created, std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
  }
}

TEST(OpenPgpPublicKey, OfAnotherKindIsKeptWithAReason) {
  const Certificate p521 = openpgp_certificate("p521.pgp");
  EXPECT_FALSE(p521.primary().key);
  EXPECT_EQ(p521.primary().why, "a curve other than P-256, P-384 and Ed25519");
  const Certificate dsa = openpgp_certificate("dsa.pgp");
  EXPECT_FALSE(dsa.primary().key);
  EXPECT_EQ(dsa.primary().why, "a DSA key, with which TLS cannot authenticate");
  const Certificate ed25519 = openpgp_certificate("ed25519.pgp");
  EXPECT_FALSE(ed25519.subkeys()[2].key.key);
  EXPECT_EQ(ed25519.subkeys()[2].key.why, "a key that can only encrypt");
}

TEST(OpenPgpPublicKey, OfAnAlgorithmThatCannotSignIsOfNoUse) {
  for (const std::uint8_t algorithm : Bytes{2, 16, 18, 25, 26}) {
    EXPECT_TRUE(encrypts_only(algorithm));
    EXPECT_EQ(why(algorithm, "00"), "a key that can only encrypt");
  }
  for (const std::uint8_t algorithm : Bytes{1, 3, 17, 19, 22, 27, 99}) EXPECT_FALSE(encrypts_only(algorithm));
}

TEST(OpenPgpPublicKey, OfADeprecatedOrUnknownAlgorithmIsOfNoUse) {
  EXPECT_EQ(why(3, "00"), "a key of the deprecated algorithm 3 (RSA sign-only)");
  EXPECT_EQ(why(27, "00"), "a key of the unknown algorithm 27");
  EXPECT_EQ(why(0, ""), "a key of the unknown algorithm 0");
  EXPECT_FALSE(is_known_algorithm(0));
  EXPECT_FALSE(is_known_algorithm(20));
  EXPECT_FALSE(is_known_algorithm(27));
}

TEST(OpenPgpPublicKey, OfAnotherVersionIsRefused) {
  for (const std::uint8_t version : Bytes{0, 2, 3, 5, 6}) {
    Bytes body = key_body(kRsa, rsa_material(2048));
    body[0] = version;
    EXPECT_EQ(refusal(body), ErrorKind::Unsupported) << unsigned{version};
  }
}

TEST(OpenPgpPublicKey, ThatEndsTooEarlyIsRefused) {
  for (const char* const file : {"rsa.pgp", "p256.pgp", "ed25519.pgp"}) {
    const Bytes body = openpgp_certificate(file).primary().body;
    for (std::size_t n = 0; n < body.size(); ++n)
      EXPECT_EQ(refusal(ByteView(body).first(n)), ErrorKind::Malformed) << file << ", " << n << " octets";
  }
}

TEST(OpenPgpPublicKey, WithOctetsAfterItsNumbersIsRefused) {
  for (const char* const file : {"rsa.pgp", "p256.pgp", "ed25519.pgp"}) {
    Bytes body = openpgp_certificate(file).primary().body;
    body.push_back(0);
    EXPECT_EQ(refusal(body), ErrorKind::Malformed) << file;
  }
}

TEST(OpenPgpPublicKey, OfMoreThanEightKibibytesIsRefused) {
  EXPECT_EQ(refusal(key_body(kDsa, Bytes(8192 - 5))), ErrorKind::TooLarge);
  EXPECT_TRUE(parse_body(key_body(kDsa, Bytes(8192 - 6))));
}

TEST(OpenPgpPublicKey, OfRsaIsOfUseFrom2048To8192Bits) {
  EXPECT_TRUE(parse_body(key_body(kRsa, rsa_material(2048)))->key);
  EXPECT_TRUE(parse_body(key_body(kRsa, rsa_material(8192)))->key);
  for (const std::uint16_t bits : {std::uint16_t{1024}, std::uint16_t{2040}, std::uint16_t{8200}}) {
    const auto key = parse_body(key_body(kRsa, rsa_material(bits)));
    ASSERT_TRUE(key);
    EXPECT_FALSE(key->key);
    EXPECT_NE(key->why.find("2048 to 8192"), std::string::npos);
  }
}

TEST(OpenPgpPublicKey, OfRsaWithASloppyNumberIsRefused) {
  Bytes body = key_body(kRsa, rsa_material(2048));
  body[kCurveOffset + 2] = 0x7f;
  EXPECT_EQ(refusal(body), ErrorKind::Malformed);
}

TEST(OpenPgpPublicKey, OffItsCurveIsRefused) {
  for (const char* const file : {"p256.pgp", "p384.pgp", "ed25519.pgp"}) {
    Bytes body = openpgp_certificate(file).primary().body;
    int refused = 0;
    // About half of all numbers are some point's.
    for (unsigned i = 0; i < 64; ++i) {
      body.back() = static_cast<std::uint8_t>(i);
      if (!parse_body(body)) ++refused;
    }
    EXPECT_GT(refused, 8) << file;
  }
}

TEST(OpenPgpPublicKey, OnACurveOfTheOtherAlgorithmIsOfNoUse) {
  Bytes body = openpgp_certificate("ed25519.pgp").primary().body;
  body[kCurveOffset - 1] = kEcdsa;
  EXPECT_FALSE(parse_body(body)->key);
  body = openpgp_certificate("p256.pgp").primary().body;
  body[kCurveOffset - 1] = kEddsa;
  EXPECT_FALSE(parse_body(body)->key);
}

TEST(OpenPgpPublicKey, OfEd25519NeedsThePrefix) {
  Bytes body = openpgp_certificate("ed25519.pgp").primary().body;
  body[body.size() - 33] = 0x41;
  EXPECT_EQ(refusal(body), ErrorKind::Malformed);
}

TEST(OpenPgpFingerprint, IsExactlyFortyDigits) {
  for (const char* const text :
       {"", "00", "8d7bad8dd0d7ddf3c4e86696a824bdec051bf58", "8d7bad8dd0d7ddf3c4e86696a824bdec051bf58g",
        "8d7bad8dd0d7ddf3c4e86696a824bdec051bf58900", "8d7b ad8dd0d7ddf3c4e86696a824bdec051bf5"}) {
    EXPECT_FALSE(Fingerprint::from_hex(text)) << text;
  }
  EXPECT_EQ(Fingerprint::from_hex("8D7BAD8DD0D7DDF3C4E86696A824BDEC051BF589")->to_hex(),
            "8d7bad8dd0d7ddf3c4e86696a824bdec051bf589");
}

}  // namespace
}  // namespace openpgp_auth
