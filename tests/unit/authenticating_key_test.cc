// Which key of a certificate a peer may authenticate with, as far as that can be told without GnuPG.
#include "openpgp-auth/authenticating_key.h"

#include <gtest/gtest.h>

#include "tests/unit/openpgp_test_data.h"

namespace openpgp_auth {
namespace {

using Kind = CertificateBody::Kind;

Bytes body_of(ByteView packets, const KeyId& key_id) {
  return *write_certificate_body(
      {.kind = Kind::Subkey, .key_id = key_id, .packets = {packets.begin(), packets.end()}});
}

ErrorKind refusal(ByteView body) {
  const auto key = authenticating_key(body);
  EXPECT_FALSE(key);
  return key ? ErrorKind::Internal : key.error().kind;
}

TEST(AuthenticatingKey, IsTheOneThatGnutlsNamed) {
  for (const char* const file :
       {"sign_and_authenticate_subkeys-client", "sign_and_authenticate_subkeys-server", "primary_keys-client",
        "primary_keys-server", "authenticate_only_subkeys-server"}) {
    SCOPED_TRACE(file);
    const Bytes body = captured_body(file);
    const auto key = authenticating_key(body);
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(key->describe(), "RSA 2048");
    const bool is_primary = std::string_view(file).starts_with("primary");
    const auto certificate = Certificate::parse(parse_certificate_body(body)->packets);
    EXPECT_EQ(*key, is_primary ? *certificate->primary().key : *certificate->subkeys().at(0).key.key);
  }
}

TEST(AuthenticatingKey, IsFoundAmongEveryKindOfKey) {
  for (const char* const file : {"rsa.pgp", "p256.pgp", "p384.pgp", "ed25519.pgp"}) {
    SCOPED_TRACE(file);
    const Certificate certificate = openpgp_certificate(file);
    for (const KeyPacket* const key :
         {&certificate.primary(), &certificate.subkeys()[0].key, &certificate.subkeys()[1].key}) {
      const auto found = authenticating_key(body_of(certificate.octets(), key->key_id));
      ASSERT_TRUE(found) << found.error().message;
      EXPECT_EQ(*found, *key->key);
    }
  }
}

TEST(AuthenticatingKey, RefusesAnIdThatNoKeyHas) {
  EXPECT_EQ(refusal(body_of(openpgp_data("rsa.pgp"), {})), ErrorKind::NotFound);
}

TEST(AuthenticatingKey, RefusesTwoKeysWithOneId) {
  const Bytes twins = openpgp_data("same-key-id.pgp");
  ByteReader reader(twins);
  const ByteView first = next_packet(reader)->whole;
  const ByteView second = next_packet(reader)->whole;
  const KeyPacket primary = openpgp_certificate("p256.pgp").primary();
  const Bytes binding = claimed_signature(kSubkeyBinding, primary);
  const Bytes one = concatenation({primary.packet, first, binding});
  const Bytes both = concatenation({one, second, binding});
  const auto certificate = Certificate::parse(both);
  ASSERT_TRUE(certificate) << certificate.error().message;
  const KeyPacket& twin = certificate->subkeys().at(1).key;
  ASSERT_EQ(certificate->subkeys()[0].key.key_id, twin.key_id);
  EXPECT_TRUE(authenticating_key(body_of(one, twin.key_id)));
  EXPECT_EQ(refusal(body_of(both, twin.key_id)), ErrorKind::Refused);
}

TEST(AuthenticatingKey, RefusesAPrimaryKeyWithTheIdOfItsSubkey) {
  const Bytes twins = openpgp_data("same-key-id.pgp");
  ByteReader reader(twins);
  const Bytes primary = make_packet(kPublicKeyTag, next_packet(reader)->body);
  const Certificate alone = *Certificate::parse(primary);
  const Bytes binding = claimed_signature(kSubkeyBinding, alone.primary());
  EXPECT_TRUE(authenticating_key(body_of(primary, alone.primary().key_id)));
  EXPECT_EQ(refusal(body_of(concatenation({primary, reader.rest(), binding}), alone.primary().key_id)),
            ErrorKind::Refused);
}

TEST(AuthenticatingKey, RefusesASubkeyThatMayOnlyEncrypt) {
  // RSA could sign: the flags say that it may not. The elliptic curve cannot.
  const Certificate rsa = openpgp_certificate("rsa.pgp");
  EXPECT_EQ(refusal(body_of(rsa.octets(), rsa.subkeys()[2].key.key_id)), ErrorKind::Refused);
  const Certificate p256 = openpgp_certificate("p256.pgp");
  EXPECT_EQ(refusal(body_of(p256.octets(), p256.subkeys()[2].key.key_id)), ErrorKind::Unsupported);
}

TEST(AuthenticatingKey, RefusesASubkeyWithoutBinding) {
  const Certificate rsa = openpgp_certificate("rsa.pgp");
  const Subkey& subkey = rsa.subkeys()[1];
  const Bytes alone = concatenation({rsa.primary().packet, rsa.user_ids()[0].packet, subkey.key.packet});
  EXPECT_EQ(refusal(body_of(alone, subkey.key.key_id)), ErrorKind::Refused);
  // Another subkey's is by the same key: only GnuPG sees that it is over something else. One by a stranger
  // does not count.
  const Certificate p256 = openpgp_certificate("p256.pgp");
  const Bytes adopted = concatenation({alone, p256.subkeys()[1].bindings[0].packet});
  EXPECT_EQ(refusal(body_of(adopted, subkey.key.key_id)), ErrorKind::Refused);
}

TEST(AuthenticatingKey, RefusesADsaKeyAndTakesTheRsaKeyBelowIt) {
  const Certificate dsa = openpgp_certificate("dsa.pgp");
  EXPECT_EQ(refusal(body_of(dsa.octets(), dsa.primary().key_id)), ErrorKind::Unsupported);
  EXPECT_TRUE(authenticating_key(body_of(dsa.octets(), dsa.subkeys()[0].key.key_id)));
}

TEST(AuthenticatingKey, RefusesAFingerprintAndSaysSo) {
  const auto key = authenticating_key(*write_certificate_body({.kind = Kind::SubkeyFingerprint}));
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().kind, ErrorKind::Unsupported);
  EXPECT_EQ(key.error().message, "the peer names its key by fingerprint only");
}

TEST(AuthenticatingKey, RefusesAnEmptyCertificate) {
  EXPECT_EQ(refusal(*write_certificate_body({})), ErrorKind::NotFound);
}

TEST(AuthenticatingKey, RefusesACertificateThatCannotBeRead) {
  EXPECT_EQ(refusal(body_of(tlscore::as_bytes("-----BEGIN"), {})), ErrorKind::Malformed);
}

}  // namespace
}  // namespace openpgp_auth
