// RFC 6091 in our client and our server: what is agreed on, whose bodies arrive, and what is refused. The
// bodies are any octets here: the engine carries them and does not read them.
#include "tlscore/tls/openpgp_handshake.h"

#include <gtest/gtest.h>

#include "tests/unit/tls_pair.h"
#include "tlscore/tls/session.h"
#include "tlscore/tls/ticket_keys.h"

namespace tlscore::tls {
namespace {

using enum CertificateType;

const Bytes kServerBody = to_bytes("the server's OpenPGP certificate");
const Bytes kClientBody = to_bytes("the client's OpenPGP certificate");

ClientSettings client_that_offers(std::vector<CertificateType> types, Version highest = Version::Tls12) {
  return {.server_name = "party.example",
          .alpn = {},
          .lowest = Version::Tls12,
          .highest = highest,
          .resumable = true,
          .certificate_types = std::move(types)};
}

/// Goes on until the client wants its judgement, telling it which key the server's certificate means.
Wants run_to_judgement(TlsPair& pair) {
  const Wants wants = pair.run_client();
  if (wants != Wants::PeerKey) return wants;
  EXPECT_EQ(pair.run_client(), Wants::PeerKey) << "asking again changes nothing";
  EXPECT_TRUE(pair.client().give_peer_key(pair.server_public_key()).has_value());
  return pair.run_client();
}

/// Shows the client's OpenPGP certificate and signs for it.
Wants show_client(TlsPair& pair) {
  Identity identity = *pair.identity();
  identity.openpgp = kClientBody;
  EXPECT_TRUE(pair.client().give_judgement(std::make_shared<const Identity>(identity)).has_value());
  if (pair.run_client() != Wants::Signature) return Wants::Input;
  pair.client().give_signature(*pair.client_key().sign(pair.client().signature_request()));
  return pair.run_client();
}

TEST(OpenPgpHandshake, BothSidesShowOpenPgp) {
  TlsPair pair(client_that_offers({OpenPgp, X509}), {.ask_for_certificate = true, .openpgp = kServerBody});
  ASSERT_EQ(run_to_judgement(pair), Wants::Judgement);
  EXPECT_EQ(pair.client().negotiated().certificate_type, OpenPgp);
  EXPECT_EQ(Bytes(pair.client().peer_openpgp().begin(), pair.client().peer_openpgp().end()), kServerBody);
  EXPECT_TRUE(pair.client().peer_chain().empty());
  EXPECT_TRUE(pair.server().peer_openpgp().empty()) << "nothing of ours before the judgement";
  show_client(pair);
  ASSERT_EQ(pair.server_wants(), Wants::PeerKey);
  EXPECT_EQ(Bytes(pair.server().peer_openpgp().begin(), pair.server().peer_openpgp().end()), kClientBody);
  ASSERT_TRUE(pair.server().give_peer_key(pair.client_key().public_key()).has_value());
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  EXPECT_EQ(pair.server().peer_key(), pair.client_key().public_key());
  EXPECT_EQ(pair.client().peer_key(), pair.server_public_key());
  EXPECT_TRUE(pair.carries_text_both_ways());
}

TEST(OpenPgpHandshake, AKeyThatTheServerDoesNotHoldIsRefused) {
  TlsPair pair(client_that_offers({OpenPgp}), {.openpgp = kServerBody});
  ASSERT_EQ(pair.run_client(), Wants::PeerKey);
  ASSERT_TRUE(pair.client().give_peer_key(pair.client_key().public_key()).has_value());
  EXPECT_EQ(pair.run_client(), Wants::Input);
  EXPECT_FALSE(pair.client().handshake().has_value());
}

TEST(OpenPgpHandshake, AKeyThatTheClientDoesNotHoldIsRefused) {
  TlsPair pair(client_that_offers({OpenPgp}), {.ask_for_certificate = true, .openpgp = kServerBody});
  ASSERT_EQ(run_to_judgement(pair), Wants::Judgement);
  show_client(pair);
  ASSERT_TRUE(pair.server().give_peer_key(pair.server_public_key()).has_value());
  pair.run_client();
  EXPECT_TRUE(pair.server_error().has_value());
}

TEST(OpenPgpHandshake, AClientWithoutOneSendsEmptyCert) {
  TlsPair pair(client_that_offers({OpenPgp}), {.ask_for_certificate = true, .openpgp = kServerBody});
  ASSERT_EQ(run_to_judgement(pair), Wants::Judgement);
  ASSERT_TRUE(pair.client().give_judgement(nullptr).has_value());
  pair.run_client();
  ASSERT_EQ(pair.server_wants(), Wants::PeerKey);
  EXPECT_EQ(to_hex(pair.server().peer_openpgp()), "00000401000000");
  ASSERT_TRUE(pair.server().give_peer_key(std::nullopt).has_value());
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  EXPECT_FALSE(pair.server().peer_key().has_value());
  EXPECT_TRUE(pair.carries_text_both_ways());
}

TEST(OpenPgpHandshake, AServerWithoutOneIsRefused) {
  TlsPair pair(client_that_offers({OpenPgp}), {.openpgp = kServerBody});
  ASSERT_EQ(pair.run_client(), Wants::PeerKey);
  EXPECT_EQ(pair.client().give_peer_key(std::nullopt).error().kind, ErrorKind::Refused);
}

TEST(OpenPgpHandshake, TheReasonOfARefusalIsItsAlert) {
  const std::map<ErrorKind, std::string> alerts = {{ErrorKind::NotFound, "certificate_unobtainable (111)"},
                                                   {ErrorKind::Unsupported, "unsupported_certificate (43)"},
                                                   {ErrorKind::Malformed, "bad_certificate (42)"},
                                                   {ErrorKind::Untrusted, "certificate_unknown (46)"}};
  for (const auto& [kind, alert] : alerts) {
    TlsPair pair(client_that_offers({OpenPgp}), {.openpgp = kServerBody});
    ASSERT_EQ(pair.run_client(), Wants::PeerKey);
    pair.client().refuse_peer(kind);
    pair.run_server();
    ASSERT_TRUE(pair.server_error().has_value());
    EXPECT_NE(pair.server_error()->message.find(alert), std::string::npos) << pair.server_error()->message;
  }
}

struct Choice {
  const char* name;
  std::vector<CertificateType> offered;
  bool server_has_openpgp;
  bool server_has_x509;
  Version highest;
  const char* chosen;
};

class CertificateTypeChoice : public testing::TestWithParam<Choice> {};

/// "OpenPGP", "X.509", or "refused".
TEST_P(CertificateTypeChoice, IsTheClientsFirstThatTheServerHas) {
  const Choice& choice = GetParam();
  TlsPair pair(
      client_that_offers(choice.offered, choice.highest),
      {.openpgp = choice.server_has_openpgp ? kServerBody : Bytes(), .has_x509 = choice.server_has_x509});
  const bool reached = run_to_judgement(pair) == Wants::Judgement;
  EXPECT_EQ(reached ? to_string(pair.client().negotiated().certificate_type) : "refused", choice.chosen);
  if (!reached) return;
  EXPECT_EQ(pair.client().negotiated().version, choice.highest);
  EXPECT_EQ(pair.client().peer_chain().empty(), std::string_view(choice.chosen) == "OpenPGP");
}

INSTANTIATE_TEST_SUITE_P(
    Matrix, CertificateTypeChoice,
    testing::Values(Choice{"Both", {OpenPgp, X509}, true, true, Version::Tls12, "OpenPGP"},
                    Choice{"X509First", {X509, OpenPgp}, true, true, Version::Tls12, "X.509"},
                    Choice{"X509FirstButMissing", {X509, OpenPgp}, true, false, Version::Tls12, "OpenPGP"},
                    Choice{"ServerHasX509Only", {OpenPgp, X509}, false, true, Version::Tls12, "X.509"},
                    Choice{"NotOffered", {}, true, true, Version::Tls12, "X.509"},
                    Choice{"NotOfferedAndNothingElse", {}, true, false, Version::Tls12, "refused"},
                    Choice{"X509OnlyAndNothingElse", {X509}, true, false, Version::Tls12, "refused"},
                    Choice{"NeverInTls13", {OpenPgp, X509}, true, true, Version::Tls13, "X.509"},
                    Choice{"NeverInTls13Alone", {OpenPgp}, true, false, Version::Tls13, "refused"}),
    [](const auto& choice) { return choice.param.name; });

/// A client that offers everything, and a server with a subset.
struct Subset {
  bool tls12, tls13, openpgp, x509;
  const char* expected;
};

class VersionAndType : public testing::TestWithParam<Subset> {};

TEST_P(VersionAndType, IsWhatTheDesignPromises) {
  const Subset& has = GetParam();
  TlsPair pair(client_that_offers({OpenPgp, X509}, Version::Tls13),
               {.openpgp = has.openpgp ? kServerBody : Bytes(),
                .has_x509 = has.x509,
                .knows_openpgp = true,
                .lowest = has.tls12 ? Version::Tls12 : Version::Tls13,
                .highest = has.tls13 ? Version::Tls13 : Version::Tls12});
  std::string found = "refused";
  if (run_to_judgement(pair) == Wants::Judgement) {
    const Negotiated& negotiated = pair.client().negotiated();
    found = std::string(to_string(negotiated.version)) + " " +
            std::string(to_string(negotiated.certificate_type));
  }
  EXPECT_EQ(found, has.expected);
}

INSTANTIATE_TEST_SUITE_P(Subsets, VersionAndType,
                         testing::Values(Subset{true, false, true, true, "TLS 1.2 OpenPGP"},
                                         Subset{true, false, true, false, "TLS 1.2 OpenPGP"},
                                         Subset{true, false, false, true, "TLS 1.2 X.509"},
                                         Subset{false, true, true, true, "TLS 1.3 X.509"},
                                         Subset{false, true, true, false, "refused"},
                                         Subset{false, true, false, true, "TLS 1.3 X.509"},
                                         Subset{true, true, true, true, "TLS 1.3 X.509"},
                                         Subset{true, true, true, false, "refused"},
                                         Subset{true, true, false, true, "TLS 1.3 X.509"}));

TEST(OpenPgpHandshake, AServerThatKnowsTheExtensionAndHasX509OnlySaysSo) {
  TlsPair pair(client_that_offers({OpenPgp, X509}), {.knows_openpgp = true});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  EXPECT_EQ(pair.client().negotiated().certificate_type, X509);
  EXPECT_EQ(pair.client().peer_chain().size(), 1U);
}

TEST(OpenPgpHandshake, ASessionIsResumedWithoutTheExtension) {
  const std::shared_ptr<TicketKeys> tickets = *TicketKeys::create(std::chrono::hours(1));
  std::shared_ptr<const Session> session;
  {
    TlsPair pair(client_that_offers({OpenPgp, X509}), {.tickets = tickets, .openpgp = kServerBody});
    ASSERT_EQ(run_to_judgement(pair), Wants::Judgement);
    ASSERT_TRUE(pair.client().give_judgement(nullptr).has_value());
    ASSERT_EQ(pair.run_client(), Wants::Nothing);
    pair.client().on_session([&session](std::shared_ptr<const Session> one) { session = std::move(one); });
    ASSERT_NE(session, nullptr);
  }
  ClientSettings settings = client_that_offers({OpenPgp, X509});
  settings.session = session;
  TlsPair pair(settings, {.tickets = tickets, .openpgp = kServerBody});
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  EXPECT_TRUE(pair.client().negotiated().resumed);
  EXPECT_TRUE(pair.client().peer_openpgp().empty());
  EXPECT_TRUE(pair.carries_text_both_ways());
}

class ServersTokenKey : public testing::TestWithParam<std::pair<Version, bool>> {};

TEST_P(ServersTokenKey, SignsLaterThanItIsAsked) {
  const auto [version, openpgp] = GetParam();
  TlsPair pair(client_that_offers({OpenPgp, X509}, version),
               {.openpgp = openpgp ? kServerBody : Bytes(), .key_is_elsewhere = true});
  pair.run_client();
  ASSERT_EQ(pair.server_wants(), Wants::Signature);
  pair.run_client();
  ASSERT_EQ(pair.server_wants(), Wants::Signature) << "asking again changes nothing";
  pair.sign_for_server();
  ASSERT_EQ(run_to_judgement(pair), Wants::Judgement);
  ASSERT_TRUE(pair.client().give_judgement(nullptr).has_value());
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  EXPECT_TRUE(pair.carries_text_both_ways());
}

INSTANTIATE_TEST_SUITE_P(Matrix, ServersTokenKey,
                         testing::Values(std::pair{Version::Tls12, false}, std::pair{Version::Tls12, true},
                                         std::pair{Version::Tls13, false}));

}  // namespace
}  // namespace tlscore::tls
