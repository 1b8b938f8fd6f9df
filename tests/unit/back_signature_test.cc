// Back-signatures that GnuPG made, moved and changed.
#include "openpgp-auth/back_signature.h"

#include <gtest/gtest.h>

#include "openpgp-auth/rfc6091_body.h"
#include "tests/unit/openpgp_test_data.h"

namespace openpgp_auth {
namespace {

constexpr const char* kFiles[] = {"rsa.pgp", "p256.pgp", "p384.pgp", "ed25519.pgp"};

/// The signing subkey of a certificate, with another signature in its binding.
Subkey with_embedded(const Subkey& subkey, ByteView embedded) {
  Subkey changed = subkey;
  changed.bindings[0].embedded.assign(embedded.begin(), embedded.end());
  return changed;
}

ErrorKind refusal(const KeyPacket& primary, const Subkey& subkey) {
  const auto checked = check_back_signature(primary, subkey);
  EXPECT_FALSE(checked);
  return checked ? ErrorKind::Internal : checked.error().kind;
}

TEST(BackSignature, OfASigningSubkeyVerifies) {
  for (const char* const file : kFiles) {
    SCOPED_TRACE(file);
    const Certificate certificate = openpgp_certificate(file);
    const Subkey& subkey = certificate.subkeys()[0];
    EXPECT_TRUE(needs_back_signature(subkey));
    const auto checked = check_back_signature(certificate.primary(), subkey);
    EXPECT_TRUE(checked) << checked.error().message;
  }
}

TEST(BackSignature, OfTheKeysThatGnutlsUsedVerifies) {
  const auto certificate = Certificate::parse(
      parse_certificate_body(captured_body("sign_and_authenticate_subkeys-server"))->packets);
  const auto checked = check_back_signature(certificate->primary(), certificate->subkeys().at(0));
  EXPECT_TRUE(checked) << checked.error().message;
}

TEST(BackSignature, IsNeitherNeededNorThereWithoutTheSignFlag) {
  const Certificate certificate = openpgp_certificate("p256.pgp");
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    EXPECT_FALSE(needs_back_signature(certificate.subkeys()[i]));
    EXPECT_EQ(refusal(certificate.primary(), certificate.subkeys()[i]), ErrorKind::Refused);
  }
}

TEST(BackSignature, IsNeededWhereNoFlagsSayWhatTheSubkeyIsFor) {
  Subkey subkey = openpgp_certificate("p256.pgp").subkeys()[1];
  subkey.bindings[0].key_flags.reset();
  EXPECT_TRUE(needs_back_signature(subkey));
}

TEST(BackSignature, DoesNotHoldBelowAnotherPrimary) {
  const KeyPacket other = openpgp_certificate("nistp256-primary.pgp").primary();
  for (const char* const file : kFiles) {
    SCOPED_TRACE(file);
    EXPECT_EQ(refusal(other, openpgp_certificate(file).subkeys()[0]), ErrorKind::Untrusted);
  }
}

TEST(BackSignature, DoesNotHoldForAnotherSubkey) {
  const Certificate certificate = openpgp_certificate("p256.pgp");
  const Bytes& embedded = certificate.subkeys()[0].bindings[0].embedded;
  EXPECT_EQ(refusal(certificate.primary(), with_embedded(certificate.subkeys()[1], embedded)),
            ErrorKind::Untrusted);
}

TEST(BackSignature, HoldsNoMoreWithAnyBitOfItFlipped) {
  for (const char* const file : {"p256.pgp", "ed25519.pgp"}) {
    SCOPED_TRACE(file);
    const Certificate certificate = openpgp_certificate(file);
    const Subkey& subkey = certificate.subkeys()[0];
    const Bytes good = subkey.bindings[0].embedded;
    const SignaturePacket signature = parse_signature(good);
    const std::size_t unhashed_bytes = 2 + *ByteReader(ByteView(good).subspan(signature.hashed_bytes)).u16();
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      const std::size_t at = bit / 8;
      // Nothing covers the unhashed area, and a number may be said to have bits that are 0.
      if (at >= signature.hashed_bytes) break;
      Bytes bad = good;
      bad[at] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      EXPECT_FALSE(check_back_signature(certificate.primary(), with_embedded(subkey, bad))) << bit;
    }
    for (std::size_t at = signature.hashed_bytes + unhashed_bytes; at < good.size(); ++at) {
      Bytes bad = good;
      bad[at] ^= 0x10U;
      EXPECT_FALSE(check_back_signature(certificate.primary(), with_embedded(subkey, bad))) << at;
    }
  }
}

TEST(BackSignature, IsRefusedWhenItEndsTooEarly) {
  const Certificate certificate = openpgp_certificate("rsa.pgp");
  const Subkey& subkey = certificate.subkeys()[0];
  const ByteView good = subkey.bindings[0].embedded;
  for (std::size_t n = 0; n < good.size(); ++n)
    EXPECT_FALSE(check_back_signature(certificate.primary(), with_embedded(subkey, good.first(n)))) << n;
}

TEST(BackSignature, IsRefusedWhereASignatureOfAnotherTypeStands) {
  const Certificate certificate = openpgp_certificate("p256.pgp");
  const Subkey& subkey = certificate.subkeys()[0];
  EXPECT_EQ(refusal(certificate.primary(), with_embedded(subkey, subkey.bindings[0].body)),
            ErrorKind::Refused);
}

TEST(BackSignature, IsRefusedWithAWeakHash) {
  const Certificate certificate = openpgp_certificate("p256.pgp");
  const Subkey& subkey = certificate.subkeys()[0];
  Bytes sha1 = subkey.bindings[0].embedded;
  sha1[3] = 2;
  EXPECT_EQ(refusal(certificate.primary(), with_embedded(subkey, sha1)), ErrorKind::Unsupported);
}

TEST(BackSignature, IsRefusedWhenItExpires) {
  const Certificate certificate = openpgp_certificate("p256.pgp");
  const Subkey& subkey = certificate.subkeys()[0];
  // Version 4, a back-signature, ECDSA, SHA-256; made at 1, expires after 1; nothing unhashed.
  const Bytes expires = *tlscore::from_hex("04191308000c050200000001050300000001000000000000");
  EXPECT_EQ(refusal(certificate.primary(), with_embedded(subkey, expires)), ErrorKind::Refused);
}

TEST(BackSignature, IsRefusedWithoutABinding) {
  const Certificate certificate = openpgp_certificate("p256.pgp");
  Subkey subkey = certificate.subkeys()[0];
  subkey.bindings.clear();
  EXPECT_FALSE(needs_back_signature(subkey));
  EXPECT_EQ(refusal(certificate.primary(), subkey), ErrorKind::Refused);
}

TEST(BackSignature, IsNotCheckedForAKeyThatIsOfNoUse) {
  const Certificate certificate = openpgp_certificate("p521.pgp");
  EXPECT_EQ(refusal(certificate.primary(), certificate.subkeys()[0]), ErrorKind::Unsupported);
}

}  // namespace
}  // namespace openpgp_auth
