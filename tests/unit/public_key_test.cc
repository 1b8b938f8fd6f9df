// Public and private keys, checked against signatures of our own and against keys that OpenSSL made.
#include "tlscore/x509/public_key.h"

#include <gtest/gtest.h>

#include "tests/unit/x509_test_data.h"
#include "tlscore/x509/mbedtls_hash.h"
#include "tlscore/x509/private_key.h"

namespace tlscore::x509 {
namespace {

SignatureRequest request(SignatureScheme scheme, Hash hash, std::string_view message = "message") {
  return {scheme, hash, digest(hash, as_bytes(message))};
}

PrivateKey key(const char* name) {
  auto parsed = PrivateKey::parse_pem(test_data(std::string(name) + ".key"));
  EXPECT_TRUE(parsed) << parsed.error().message;
  return std::move(*parsed);
}

TEST(PublicKey, SaysWhatItIs) {
  EXPECT_EQ(key("rsa2048").public_key().describe(), "RSA 2048");
  EXPECT_EQ(key("p256").public_key().describe(), "P-256");
  EXPECT_EQ(key("p384").public_key().describe(), "P-384");
  EXPECT_EQ(key("p384").public_key().bits(), 384U);
}

TEST(PublicKey, VerifiesWhatItsPrivateHalfSigns) {
  const struct {
    const char* name;
    SignatureScheme scheme;
  } cases[] = {{"rsa2048", SignatureScheme::RsaPkcs1},
               {"rsa2048", SignatureScheme::RsaPss},
               {"p256", SignatureScheme::Ecdsa},
               {"p384", SignatureScheme::Ecdsa}};
  for (const auto& [name, scheme] : cases) {
    for (const Hash hash : {Hash::Sha256, Hash::Sha384, Hash::Sha512}) {
      SCOPED_TRACE(testing::Message() << name << " " << to_string(scheme) << " " << hash_bytes(hash));
      PrivateKey signer = key(name);
      auto signature = signer.sign(request(scheme, hash));
      ASSERT_TRUE(signature) << signature.error().message;
      EXPECT_TRUE(signer.public_key().verify(request(scheme, hash), *signature));
      EXPECT_EQ(signer.public_key().verify(request(scheme, hash, "another"), *signature).error().kind,
                ErrorKind::Untrusted);
      signature->back() ^= 1U;
      EXPECT_EQ(signer.public_key().verify(request(scheme, hash), *signature).error().kind,
                ErrorKind::Untrusted);
    }
  }
}

TEST(PublicKey, RefusesASchemeThatDoesNotFit) {
  const PrivateKey rsa = key("rsa2048");
  PrivateKey ec = key("p256");
  EXPECT_EQ(rsa.public_key().verify(request(SignatureScheme::Ecdsa, Hash::Sha256), {}).error().kind,
            ErrorKind::Unsupported);
  EXPECT_EQ(ec.public_key().verify(request(SignatureScheme::RsaPss, Hash::Sha256), {}).error().kind,
            ErrorKind::Unsupported);
  EXPECT_EQ(ec.sign(request(SignatureScheme::RsaPkcs1, Hash::Sha256)).error().kind, ErrorKind::Unsupported);
}

TEST(PublicKey, RefusesADigestOfAnotherLength) {
  PrivateKey ec = key("p256");
  SignatureRequest wrong = request(SignatureScheme::Ecdsa, Hash::Sha256);
  wrong.digest.pop_back();
  EXPECT_EQ(ec.public_key().verify(wrong, {}).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(ec.sign(wrong).error().kind, ErrorKind::Malformed);
}

TEST(PublicKey, RefusesAPssSaltThatIsNotAsLongAsTheHash) {
  // openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 (make.sh)
  const Bytes signature = to_bytes(test_data("pss-salt20.sig"));
  const auto verified =
      key("rsa2048").public_key().verify(request(SignatureScheme::RsaPss, Hash::Sha256), signature);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().kind, ErrorKind::Untrusted);
  const Bytes good = to_bytes(test_data("pss-salt32.sig"));
  EXPECT_TRUE(key("rsa2048").public_key().verify(request(SignatureScheme::RsaPss, Hash::Sha256), good));
}

TEST(PublicKey, FromItsPartsIsTheSameKey) {
  const PublicKey ec = key("p256").public_key();
  const ByteView point = ec.spki().last(65);
  const auto bare = PublicKey::from_ec_point(PublicKey::Type::EcP256, point);
  ASSERT_TRUE(bare) << bare.error().message;
  EXPECT_EQ(*bare, ec);
  EXPECT_EQ(*PublicKey::from_ec_point(PublicKey::Type::EcP256, der(kDerOctetString, point)), ec);
  const PublicKey rsa = key("rsa2048").public_key();
  // ... INTEGER (257 octets with the sign's zero), INTEGER 65537.
  const auto from_parts = PublicKey::from_rsa(rsa.spki().last(5 + 257).first(257), rsa.spki().last(3));
  ASSERT_TRUE(from_parts) << from_parts.error().message;
  EXPECT_EQ(*from_parts, rsa);
}

TEST(PublicKey, RefusesAPointOffTheCurve) {
  const PublicKey ec = key("p256").public_key();
  Bytes point(ec.spki().end() - 65, ec.spki().end());
  point.back() ^= 1U;
  EXPECT_EQ(PublicKey::from_ec_point(PublicKey::Type::EcP256, point).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(PublicKey::from_ec_point(PublicKey::Type::EcP384, point).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(PublicKey::from_ec_point(PublicKey::Type::Rsa, point).error().kind, ErrorKind::Unsupported);
}

TEST(PublicKey, RefusesWhatIsNoSubjectPublicKeyInfo) {
  const PublicKey ec = key("p256").public_key();
  Bytes longer(ec.spki().begin(), ec.spki().end());
  longer.push_back(0);
  EXPECT_EQ(PublicKey::parse_spki(longer).error().kind, ErrorKind::Malformed);
  longer.resize(longer.size() - 2);
  EXPECT_EQ(PublicKey::parse_spki(longer).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(PublicKey::parse_spki({}).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(PublicKey::parse_spki(Bytes(9000)).error().kind, ErrorKind::TooLarge);
}

TEST(PublicKey, KeepsAKeyOfAnotherKindByItsBytes) {
  // X448, with the first key of RFC 7748, section 6.2.
  const auto other = PublicKey::parse_spki(
      *from_hex("3042300506032b656f0339009b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bb"
                "c836647241d953d40c5b12da88120d53177f80e532c41fa0"));
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->type(), PublicKey::Type::Other);
  EXPECT_EQ(other->spki_sha256(), sha256(other->spki()));
  EXPECT_EQ(other->verify(request(SignatureScheme::Ecdsa, Hash::Sha256), {}).error().kind,
            ErrorKind::Unsupported);
}

TEST(PrivateKey, GeneratesAnotherKeyEachTime) {
  const auto first = PrivateKey::generate_p256();
  const auto second = PrivateKey::generate_p256();
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(first->public_key() == second->public_key());
}

TEST(PrivateKey, RefusesWhatItCannotRead) {
  EXPECT_EQ(PrivateKey::parse_pem("nothing").error().kind, ErrorKind::Malformed);
  EXPECT_EQ(PrivateKey::parse_pem(test_data("encrypted.key")).error().kind, ErrorKind::Unsupported);
  EXPECT_EQ(PrivateKey::parse_pem(std::string(40000, 'A')).error().kind, ErrorKind::TooLarge);
}

}  // namespace
}  // namespace tlscore::x509
