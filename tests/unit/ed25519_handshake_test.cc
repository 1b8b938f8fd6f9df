// A client that proves an Ed25519 key to our own server: TLS 1.3, and what is refused.
#include <gtest/gtest.h>

#include "tests/unit/seeded_ed25519_key.h"
#include "tests/unit/tls_pair.h"

namespace tlscore::tls {
namespace {

using x509::SeededEd25519Key;

x509::Certificate certificate_of(const SeededEd25519Key& key) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return key.self_sign({.common_name = "Somebody",
                        .key = key.public_key(),
                        .not_before = now - std::chrono::hours(1),
                        .not_after = now + std::chrono::hours(1),
                        .dns_names = {}});
}

std::shared_ptr<const Identity> identity_of(const SeededEd25519Key& key) {
  const auto certificate = certificate_of(key);
  const ByteView der = certificate.der();
  return std::make_shared<const Identity>(
      Identity{.chain = {Bytes(der.begin(), der.end())}, .key = key.public_key()});
}

ClientSettings client_in(Version version) {
  return {.server_name = "party.example", .alpn = {}, .lowest = version, .highest = version};
}

/// Up to the question for the signature.
void show(TlsPair& pair, const std::shared_ptr<const Identity>& identity) {
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  EXPECT_TRUE(pair.client().negotiated().takes_ed25519);
  const auto given = pair.client().give_judgement(identity);
  ASSERT_TRUE(given) << given.error().message;
  ASSERT_EQ(pair.run_client(), Wants::Signature);
}

TEST(Ed25519Handshake, AClientProvesItsKeyInTls13) {
  const SeededEd25519Key key;
  TlsPair pair(client_in(Version::Tls13), {.ask_for_certificate = true});
  const auto identity = identity_of(key);
  show(pair, identity);
  const x509::SignatureRequest request = pair.client().signature_request();
  EXPECT_EQ(request.scheme, x509::SignatureScheme::Ed25519);
  pair.client().give_signature(key.sign(request.digest));
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  pair.run_server();
  ASSERT_FALSE(pair.server_error()) << pair.server_error()->message;
  ASSERT_EQ(pair.server().peer_chain().size(), 1U);
  EXPECT_EQ(pair.server().peer_chain().front().public_key(), key.public_key());
  EXPECT_TRUE(pair.carries_text_both_ways());
}

TEST(Ed25519Handshake, ASignatureOfAnotherKeyProvesNothing) {
  const SeededEd25519Key key;
  TlsPair pair(client_in(Version::Tls13), {.ask_for_certificate = true});
  const auto identity = identity_of(key);
  show(pair, identity);
  pair.client().give_signature(SeededEd25519Key(2).sign(pair.client().signature_request().digest));
  static_cast<void>(pair.run_client());
  pair.run_server();
  ASSERT_TRUE(pair.server_error());
}

TEST(Ed25519Handshake, ASignatureOverSomethingElseProvesNothing) {
  const SeededEd25519Key key;
  TlsPair pair(client_in(Version::Tls13), {.ask_for_certificate = true});
  const auto identity = identity_of(key);
  show(pair, identity);
  Bytes message = pair.client().signature_request().digest;
  message.back() ^= 1U;
  pair.client().give_signature(key.sign(message));
  static_cast<void>(pair.run_client());
  pair.run_server();
  ASSERT_TRUE(pair.server_error());
}

TEST(Ed25519Handshake, IsRefusedInTls12BeforeAnythingIsShown) {
  const SeededEd25519Key key;
  TlsPair pair(client_in(Version::Tls12), {.ask_for_certificate = true});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  EXPECT_FALSE(pair.client().negotiated().takes_ed25519);
  const auto given = pair.client().give_judgement(identity_of(key));
  ASSERT_FALSE(given);
  EXPECT_EQ(given.error().message, "an Ed25519 key signs in TLS 1.3 only, and this is TLS 1.2");
  EXPECT_FALSE(pair.client().negotiated().identity_shown);
}

TEST(Ed25519Handshake, IsRefusedWhereThePartyDoesNotTakeIt) {
  const SeededEd25519Key key;
  const auto identity = identity_of(key);
  Negotiated negotiated;
  negotiated.version = Version::Tls13;
  EXPECT_EQ(why_not_signed(*identity, negotiated), "the party does not take signatures of Ed25519 keys");
  negotiated.takes_ed25519 = true;
  EXPECT_EQ(why_not_signed(*identity, negotiated), std::nullopt);
}

}  // namespace
}  // namespace tlscore::tls
