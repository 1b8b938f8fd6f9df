// What signatures claim, and which of them must not count.
#include <gtest/gtest.h>

#include "openpgp-auth/signature_packet.h"
#include "tests/unit/openpgp_test_data.h"

namespace openpgp_auth {
namespace {

using std::chrono::seconds;
using tlscore::from_hex;

/// A signature with a creation time and these hashed subpackets besides.
SignaturePacket with_hashed(ByteView hashed, ByteView unhashed = {}) {
  return parse_signature(
      make_signature(kSubkeyBinding, concatenation({creation_subpacket(7), hashed}), unhashed));
}

TEST(OpenPgpSignature, SaysWhatGnupgPutIntoIt) {
  const Certificate certificate = openpgp_certificate("names.pgp");
  const SignaturePacket& signature = certificate.user_ids()[0].self_signatures.at(0);
  EXPECT_TRUE(signature.is_usable()) << signature.why_unusable;
  EXPECT_EQ(signature.version, 4);
  EXPECT_EQ(signature.type, kPositiveCertification);
  EXPECT_EQ(signature.key_algorithm, kEcdsa);
  EXPECT_EQ(signature.hash_algorithm, 8);
  EXPECT_EQ(signature.created, std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + seconds(60));
  EXPECT_EQ(signature.key_flags, kMayCertify | kMaySign | kMayAuthenticate);
  EXPECT_TRUE(signature.is_primary_user_id);
  EXPECT_EQ(signature.issuer, certificate.primary().key_id);
  EXPECT_EQ(signature.issuer_fingerprint, certificate.primary().fingerprint);
  EXPECT_EQ(signature.expires_after, std::nullopt);
  EXPECT_TRUE(signature.names_as_issuer(certificate.primary()));
  EXPECT_FALSE(signature.names_as_issuer(openpgp_certificate("rsa.pgp").primary()));
}

TEST(OpenPgpSignature, HoldsTimesInSeconds) {
  const SignaturePacket signature = with_hashed(
      concatenation({make_subpacket(3, Bytes{0, 0, 1, 0}), make_subpacket(9, Bytes{0, 0, 2, 0})}));
  EXPECT_TRUE(signature.is_usable()) << signature.why_unusable;
  EXPECT_EQ(signature.created.time_since_epoch(), seconds(7));
  EXPECT_EQ(signature.expires_after, seconds(256));
  EXPECT_EQ(signature.key_expires_after, seconds(512));
}

TEST(OpenPgpSignature, NeverExpiresAfterZeroSeconds) {
  const SignaturePacket signature =
      with_hashed(concatenation({make_subpacket(3, Bytes(4)), make_subpacket(9, Bytes(4))}));
  EXPECT_TRUE(signature.is_usable());
  EXPECT_EQ(signature.expires_after, std::nullopt);
  EXPECT_EQ(signature.key_expires_after, std::nullopt);
}

TEST(OpenPgpSignature, IsBelievedNothingThatIsNotHashed) {
  const SignaturePacket signature = with_hashed(
      {}, concatenation({make_subpacket(2, Bytes{0, 0, 0, 9}), make_subpacket(3, Bytes{0, 0, 0, 9}),
                         make_subpacket(9, Bytes{0, 0, 0, 9}), make_subpacket(25, Bytes{1}),
                         make_subpacket(27, Bytes{0x23}), make_subpacket(0x80 | 100, Bytes{1})}));
  EXPECT_TRUE(signature.is_usable()) << signature.why_unusable;
  EXPECT_EQ(signature.created.time_since_epoch(), seconds(7));
  EXPECT_EQ(signature.expires_after, std::nullopt);
  EXPECT_EQ(signature.key_expires_after, std::nullopt);
  EXPECT_EQ(signature.key_flags, std::nullopt);
  EXPECT_FALSE(signature.is_primary_user_id);
}

TEST(OpenPgpSignature, TakesIssuerAndEmbeddedSignatureFromEitherArea) {
  const KeyPacket key = openpgp_certificate("rsa.pgp").primary();
  const Bytes fingerprint = make_subpacket(33, concatenation({Bytes{4}, key.fingerprint.octets}));
  const Bytes all = concatenation({issuer_subpacket(key), fingerprint, make_subpacket(32, Bytes{1, 2})});
  for (const SignaturePacket& signature : {with_hashed(all), with_hashed({}, all)}) {
    EXPECT_EQ(signature.issuer, key.key_id);
    EXPECT_EQ(signature.issuer_fingerprint, key.fingerprint);
    EXPECT_EQ(signature.embedded, (Bytes{1, 2}));
  }
}

TEST(OpenPgpSignature, PrefersAHashedIssuer) {
  const KeyPacket key = openpgp_certificate("rsa.pgp").primary();
  const SignaturePacket signature = with_hashed(issuer_subpacket(key), make_subpacket(16, Bytes(8)));
  EXPECT_EQ(signature.issuer, key.key_id);
}

TEST(OpenPgpSignature, IsNotOfAKeyWhoseIdAloneFits) {
  const KeyPacket key = openpgp_certificate("rsa.pgp").primary();
  Bytes other = concatenation({Bytes{4}, key.fingerprint.octets});
  other[1] ^= 1U;
  EXPECT_FALSE(with_hashed(issuer_subpacket(key), make_subpacket(33, other)).names_as_issuer(key));
}

TEST(OpenPgpSignature, OfAnotherVersionIsUnusable) {
  for (const std::uint8_t version : Bytes{0, 2, 3, 5, 6}) {
    Bytes body = make_signature(kSubkeyBinding, creation_subpacket(1), {});
    body[0] = version;
    EXPECT_FALSE(parse_signature(body).is_usable()) << unsigned{version};
  }
}

TEST(OpenPgpSignature, WithoutCreationTimeIsUnusable) {
  EXPECT_EQ(parse_signature(make_signature(kSubkeyBinding, {}, creation_subpacket(1))).why_unusable,
            "no creation time");
}

TEST(OpenPgpSignature, ThatSaysSomethingTwiceIsUnusable) {
  const KeyPacket key = openpgp_certificate("rsa.pgp").primary();
  const Bytes fingerprint = make_subpacket(33, concatenation({Bytes{4}, key.fingerprint.octets}));
  for (const Bytes& subpacket :
       {creation_subpacket(7), make_subpacket(3, Bytes(4)), make_subpacket(9, Bytes(4)),
        issuer_subpacket(key), make_subpacket(25, Bytes{1}), make_subpacket(27, Bytes{1}), fingerprint}) {
    EXPECT_FALSE(with_hashed(concatenation({subpacket, subpacket})).is_usable())
        << tlscore::to_hex(subpacket);
  }
}

TEST(OpenPgpSignature, WithACriticalSubpacketThatNobodyKnowsIsUnusable) {
  EXPECT_TRUE(with_hashed(make_subpacket(100, Bytes{1})).is_usable());
  for (const unsigned type : {0U, 1U, 6U, 8U, 20U, 36U, 100U, 127U})
    EXPECT_FALSE(with_hashed(make_subpacket(0x80 | type, Bytes{1})).is_usable()) << type;
  EXPECT_TRUE(with_hashed(make_subpacket(0x80 | 27U, Bytes{1})).is_usable());
}

TEST(OpenPgpSignature, WithASubpacketOfTheWrongLengthIsUnusable) {
  for (const unsigned type : {3U, 9U, 16U, 25U, 33U}) {
    EXPECT_FALSE(with_hashed(make_subpacket(type, Bytes{})).is_usable()) << type;
    EXPECT_FALSE(with_hashed(make_subpacket(type, Bytes{4, 0, 0})).is_usable()) << type;
    EXPECT_FALSE(with_hashed(make_subpacket(type, Bytes(30, 4))).is_usable()) << type;
  }
  EXPECT_FALSE(with_hashed(make_subpacket(32, Bytes{})).is_usable());
  EXPECT_FALSE(with_hashed({}, make_subpacket(16, Bytes{1})).is_usable());
}

TEST(OpenPgpSignature, WithMalformedSubpacketsIsUnusable) {
  // No octet for the type; longer than the area; a length of two octets that is cut; one of four.
  for (const char* const hex : {"00", "02", "0502", "c0", "ff000000", "ffffffffff"}) {
    EXPECT_FALSE(with_hashed(*from_hex(hex)).is_usable()) << hex;
    EXPECT_FALSE(with_hashed({}, *from_hex(hex)).is_usable()) << hex;
  }
}

TEST(OpenPgpSignature, ReadsEachFormOfASubpacketLength) {
  // Type 101, which nobody knows, of 1, 199 and 300 octets; then the flags.
  for (const auto& [header, bytes] :
       {std::pair("0165", 0), std::pair("c00865", 199), std::pair("ff0000012d65", 300)}) {
    const SignaturePacket signature =
        with_hashed(concatenation({*from_hex(header), Bytes(bytes), make_subpacket(27, Bytes{0x20})}));
    EXPECT_TRUE(signature.is_usable()) << header << ": " << signature.why_unusable;
    EXPECT_EQ(signature.key_flags, kMayAuthenticate) << header;
  }
}

TEST(OpenPgpSignature, WithEmptyKeyFlagsMayDoNothing) {
  EXPECT_EQ(with_hashed(make_subpacket(27, Bytes{})).key_flags, 0);
}

TEST(OpenPgpSignature, ThatEndsTooEarlyIsUnusable) {
  const Bytes body = make_signature(kSubkeyBinding, creation_subpacket(1), {});
  // The numbers at its end are for whoever verifies it.
  for (std::size_t n = 0; n < body.size() - 3; ++n)
    EXPECT_FALSE(parse_signature(ByteView(body).first(n)).is_usable()) << n;
}

TEST(OpenPgpSignature, OfMoreThan32KibibytesIsUnusable) {
  Bytes body = make_signature(kSubkeyBinding, creation_subpacket(1), {});
  body.resize(std::size_t{32} * 1024);
  EXPECT_TRUE(parse_signature(body).is_usable());
  body.push_back(0);
  EXPECT_FALSE(parse_signature(body).is_usable());
}

}  // namespace
}  // namespace openpgp_auth
