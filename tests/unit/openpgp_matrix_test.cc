// Whole RFC 6091 handshakes with real OpenPGP certificates, against our own server: every kind of key, in
// every place where it can stand, with a client that has a key and one that has none, and resumed.
#include <gtest/gtest.h>

#include "openpgp-auth/authenticating_key.h"
#include "tests/unit/new_openpgp.h"
#include "tests/unit/tls_pair.h"
#include "tlscore/tls/session.h"
#include "tlscore/tls/ticket_keys.h"

namespace tlscore::tls {
namespace {

using openpgp_auth::Place;

using Combination = std::tuple<const char*, Place, bool>;

class OpenPgpMatrix : public testing::TestWithParam<Combination> {
 protected:
  [[nodiscard]] ClientSettings settings() const {
    return {.server_name = "party.example",
            .alpn = {},
            .highest = Version::Tls12,
            .resumable = true,
            .session = m_session,
            .certificate_types = {CertificateType::OpenPgp, CertificateType::X509}};
  }
  [[nodiscard]] TlsPair::ServerOptions server() const {
    return {.ask_for_certificate = true,
            .tickets = m_tickets,
            .openpgp = m_body,
            .has_x509 = false,
            .key = m_key,
            .client_key = m_key};
  }

  /// What the peer's body means, as the proxy and the gate find it.
  static std::optional<x509::PublicKey> key_in(ByteView body) {
    const auto key = openpgp_auth::authenticating_key(body);
    return key ? std::optional(*key) : std::nullopt;
  }

  void shake_hands(TlsPair& pair) const {
    ASSERT_EQ(pair.run_client(), Wants::PeerKey);
    ASSERT_TRUE(pair.client().give_peer_key(key_in(pair.client().peer_openpgp())).has_value());
    ASSERT_EQ(pair.run_client(), Wants::Judgement);
    Identity identity = *pair.identity();
    identity.chain.clear();
    identity.openpgp = m_body;
    const auto shown = m_client_has_key ? std::make_shared<const Identity>(identity) : nullptr;
    ASSERT_TRUE(pair.client().give_judgement(shown).has_value());
    if (m_client_has_key) {
      ASSERT_EQ(pair.run_client(), Wants::Signature);
      pair.client().give_signature(*pair.client_key().sign(pair.client().signature_request()));
    }
    pair.run_client();
    ASSERT_EQ(pair.server_wants(), Wants::PeerKey);
    ASSERT_TRUE(pair.server().give_peer_key(key_in(pair.server().peer_openpgp())).has_value());
    ASSERT_EQ(pair.run_client(), Wants::Nothing);
  }

  std::shared_ptr<x509::PrivateKey> m_key = openpgp_auth::key_from(std::get<0>(GetParam()));
  Bytes m_body = openpgp_auth::body_of(
      openpgp_auth::certificate_with(*m_key, std::get<1>(GetParam()), "https://party.example"));
  bool m_client_has_key = std::get<2>(GetParam());
  std::shared_ptr<const Session> m_session;
  std::shared_ptr<TicketKeys> m_tickets = *TicketKeys::create(std::chrono::hours(1));
};

TEST_P(OpenPgpMatrix, BothEndsKnowTheOthersKeyAndTheSessionIsResumed) {
  {
    TlsPair pair(settings(), server());
    shake_hands(pair);
    EXPECT_EQ(pair.client().peer_key(), m_key->public_key());
    const auto expected = m_client_has_key ? std::optional(m_key->public_key()) : std::nullopt;
    EXPECT_EQ(pair.server().peer_key(), expected);
    pair.client().on_session([this](std::shared_ptr<const Session> one) { m_session = std::move(one); });
    EXPECT_TRUE(pair.carries_text_both_ways());
  }
  ASSERT_NE(m_session, nullptr);
  TlsPair resumed(settings(), server());
  EXPECT_EQ(resumed.run_client(), Wants::Nothing);
  EXPECT_TRUE(resumed.client().negotiated().resumed);
  EXPECT_TRUE(resumed.carries_text_both_ways());
}

INSTANTIATE_TEST_SUITE_P(Kinds, OpenPgpMatrix,
                         testing::Combine(testing::Values("rsa2048.key", "p256.key", "p384.key"),
                                          testing::Values(Place::Primary, Place::SigningSubkey,
                                                          Place::AuthenticationSubkey),
                                          testing::Bool()));

}  // namespace
}  // namespace tlscore::tls
