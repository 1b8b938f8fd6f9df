// Our client against our server, in memory. The key is a file key that stands where the token's would.
#include "tlscore/tls/engine.h"

#include <gtest/gtest.h>

#include "tests/unit/tls_pair.h"

namespace tlscore::tls {
namespace {

class EngineTest : public testing::TestWithParam<Version> {
 protected:
  ClientSettings client_settings() {
    return {.server_name = "party.example", .alpn = {}, .lowest = GetParam(), .highest = GetParam()};
  }
};

TEST_P(EngineTest, HoldsUntilThePeerIsJudgedAndShowsNothingBefore) {
  TlsPair pair(client_settings(), {.ask_for_certificate = true});
  EXPECT_EQ(pair.run_client(), Wants::Judgement);
  EXPECT_TRUE(pair.client().negotiated().certificate_asked);
  EXPECT_EQ(pair.client().peer_chain().at(0), pair.server_certificate());
  // However long the judgement takes and whatever arrives, nothing more leaves.
  EXPECT_EQ(pair.run_client(), Wants::Judgement);
  EXPECT_TRUE(pair.server().peer_chain().empty());
}

TEST_P(EngineTest, ShowsTheIdentityWithASignatureThatComesLater) {
  TlsPair pair(client_settings(), {.ask_for_certificate = true});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  ASSERT_TRUE(pair.client().give_judgement(pair.identity()).has_value());
  ASSERT_EQ(pair.run_client(), Wants::Signature);
  ASSERT_EQ(pair.run_client(), Wants::Signature) << "asking again changes nothing";
  pair.client().give_signature(*pair.client_key().sign(pair.client().signature_request()));
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  EXPECT_EQ(pair.server().peer_chain().at(0), pair.client_certificate());
  EXPECT_TRUE(pair.client().negotiated().identity_shown);
  EXPECT_EQ(pair.client().negotiated().version, GetParam());
  EXPECT_EQ(pair.client().negotiated().cipher_suite, GetParam() == Version::Tls13
                                                         ? "TLS_AES_128_GCM_SHA256"
                                                         : "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
  EXPECT_TRUE(pair.carries_text_both_ways());
}

TEST_P(EngineTest, AWrongSignatureIsRefusedByTheServer) {
  TlsPair pair(client_settings(), {.ask_for_certificate = true});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  ASSERT_TRUE(pair.client().give_judgement(pair.identity()).has_value());
  ASSERT_EQ(pair.run_client(), Wants::Signature);
  auto request = pair.client().signature_request();
  request.digest[0] ^= 1U;
  pair.client().give_signature(*pair.client_key().sign(request));
  pair.run_client();
  EXPECT_TRUE(pair.server_error().has_value());
}

TEST_P(EngineTest, StaysAnonymousWithoutAnIdentity) {
  TlsPair pair(client_settings(), {.ask_for_certificate = true});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  ASSERT_TRUE(pair.client().give_judgement(nullptr).has_value());
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  EXPECT_FALSE(pair.client().negotiated().identity_shown);
  EXPECT_TRUE(pair.server().peer_chain().empty());
  EXPECT_TRUE(pair.carries_text_both_ways());
}

TEST_P(EngineTest, ShowsNothingToAServerThatDoesNotAsk) {
  TlsPair pair(client_settings(), {.ask_for_certificate = false});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  EXPECT_FALSE(pair.client().negotiated().certificate_asked);
  ASSERT_TRUE(pair.client().give_judgement(pair.identity()).has_value());
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  EXPECT_FALSE(pair.client().negotiated().identity_shown);
}

TEST_P(EngineTest, RefusingThePeerSendsAnAlertThatItCanRead) {
  TlsPair pair(client_settings(), {.ask_for_certificate = true});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  pair.client().refuse_peer(ErrorKind::Untrusted);
  pair.run_server();
  ASSERT_TRUE(pair.server_error().has_value());
  EXPECT_NE(pair.server_error()->message.find("certificate_unknown (46)"), std::string::npos)
      << pair.server_error()->message;
}

TEST_P(EngineTest, RefusingInMidSignatureNeverUsesARecordNumberTwice) {
  TlsPair pair(client_settings(), {.ask_for_certificate = true});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  ASSERT_TRUE(pair.client().give_judgement(pair.identity()).has_value());
  ASSERT_EQ(pair.run_client(), Wants::Signature);
  pair.client().refuse_peer(ErrorKind::Untrusted);
  pair.run_server();
  ASSERT_TRUE(pair.server_error().has_value());
  // A counter that had started again would make the alert unreadable.
  EXPECT_NE(pair.server_error()->message.find("certificate_unknown (46)"), std::string::npos)
      << pair.server_error()->message;
}

TEST_P(EngineTest, ChoosesAProtocolByAlpn) {
  auto settings = client_settings();
  settings.alpn = {"h2", "http/1.1"};
  TlsPair pair(settings, {.alpn = {"http/1.1"}});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  ASSERT_TRUE(pair.client().give_judgement(nullptr).has_value());
  ASSERT_EQ(pair.run_client(), Wants::Nothing);
  EXPECT_EQ(pair.client().negotiated().alpn, "http/1.1");
}

TEST_P(EngineTest, TellsAnEndFromABreak) {
  TlsPair pair(client_settings(), {});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  ASSERT_TRUE(pair.client().give_judgement(nullptr).has_value());
  ASSERT_EQ(pair.run_client(), Wants::Nothing);
  Bytes buffer(100);
  pair.client().end_input();
  const auto broken = pair.client().read(buffer);
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().kind, ErrorKind::Closed);
  pair.client().close();
  pair.carry();
  EXPECT_EQ(pair.server().read(buffer).value(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Versions, EngineTest, testing::Values(Version::Tls12, Version::Tls13),
                         [](const auto& its) { return its.param == Version::Tls12 ? "Tls12" : "Tls13"; });

TEST(Engine, RefusesAPeerThatSpeaksNoCommonVersion) {
  TlsPair pair(
      {.server_name = "party.example", .alpn = {}, .lowest = Version::Tls13, .highest = Version::Tls13}, {});
  const Bytes not_tls = to_bytes("HTTP/1.1 400 Bad Request\r\n\r\n");
  static_cast<void>(pair.client().handshake());
  pair.client().add_input(not_tls);
  const auto result = pair.client().handshake();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, ErrorKind::Malformed);
}

/// An RSA key that is not here, on a token that makes no RSA-PSS.
Identity rsa_identity_without_pss() {
  const Bytes modulus(256, 0xc5);
  const Bytes exponent{1, 0, 1};
  return Identity{{Bytes{1}}, *x509::PublicKey::from_rsa(modulus, exponent), false};
}

TEST(Engine, AnRsaKeyWithoutPssIsToldBeforeItIsTriedInTls13) {
  TlsPair pair(
      {.server_name = "party.example", .alpn = {}, .lowest = Version::Tls13, .highest = Version::Tls13},
      {.ask_for_certificate = true});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  const auto identity = std::make_shared<const Identity>(rsa_identity_without_pss());
  const auto given = pair.client().give_judgement(identity);
  ASSERT_FALSE(given.has_value());
  EXPECT_NE(given.error().message.find("RSA-PSS"), std::string::npos);
}

TEST(Engine, AnRsaKeyWithoutPssCanSignInTls12AndWhereRfc9963IsTaken) {
  const Identity rsa = rsa_identity_without_pss();
  Identity with_pss = rsa;
  with_pss.can_rsa_pss = true;
  Negotiated negotiated;
  negotiated.version = Version::Tls13;
  EXPECT_FALSE(can_sign(rsa, negotiated));
  EXPECT_TRUE(can_sign(with_pss, negotiated));
  negotiated.takes_rsa_pkcs1 = true;
  EXPECT_TRUE(can_sign(rsa, negotiated));
  negotiated = {};
  negotiated.version = Version::Tls12;
  EXPECT_TRUE(can_sign(rsa, negotiated));
}

TEST(Engine, RefusingForAnotherReasonThanTrustIsAHandshakeFailure) {
  TlsPair pair({.server_name = "party.example", .alpn = {}}, {.ask_for_certificate = true});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  pair.client().refuse_peer(ErrorKind::Unsupported);
  pair.run_server();
  ASSERT_TRUE(pair.server_error().has_value());
  EXPECT_NE(pair.server_error()->message.find("handshake_failure (40)"), std::string::npos)
      << pair.server_error()->message;
}

}  // namespace
}  // namespace tlscore::tls
