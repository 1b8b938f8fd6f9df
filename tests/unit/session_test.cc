// Our client resumes with our server, in both versions, and what it must not do.
#include "tlscore/tls/session.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/tls_pair.h"
#include "tlscore/tls/ticket_keys.h"

namespace tlscore::tls {
namespace {

class SessionTest : public testing::TestWithParam<Version> {
 protected:
  using Sessions = std::vector<std::shared_ptr<const Session>>;

  ClientSettings settings(std::shared_ptr<const Session> session = nullptr) {
    return {.server_name = "party.example",
            .alpn = {},
            .lowest = GetParam(),
            .highest = GetParam(),
            .resumable = true,
            .session = std::move(session)};
  }

  /// Completes a handshake, full or resumed, and lets text flow; what can be resumed after it.
  static Sessions sessions_of(TlsPair& pair) {
    if (pair.run_client() == Wants::Judgement) {
      EXPECT_TRUE(pair.client().give_judgement(nullptr).has_value());
      EXPECT_EQ(pair.run_client(), Wants::Nothing);
    }
    Sessions sessions;
    pair.client().on_session([&](std::shared_ptr<const Session> one) { sessions.push_back(std::move(one)); });
    EXPECT_TRUE(pair.carries_text_both_ways());
    return sessions;
  }

  std::shared_ptr<const Session> first_session() {
    TlsPair pair(settings(), {.tickets = m_tickets});
    const Sessions sessions = sessions_of(pair);
    EXPECT_EQ(sessions.size(), 1U);
    return sessions.empty() ? nullptr : sessions.front();
  }

  std::shared_ptr<TicketKeys> m_tickets = *TicketKeys::create(std::chrono::hours(1));
};

TEST_P(SessionTest, IsResumedWithoutJudgementOrCertificates) {
  TlsPair pair(settings(first_session()), {.ask_for_certificate = true, .tickets = m_tickets});
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  EXPECT_TRUE(pair.client().negotiated().resumed);
  EXPECT_EQ(pair.client().negotiated().version, GetParam());
  EXPECT_FALSE(pair.client().negotiated().certificate_asked);
  EXPECT_FALSE(pair.client().negotiated().identity_shown);
  EXPECT_TRUE(pair.client().peer_chain().empty());
  EXPECT_TRUE(pair.carries_text_both_ways());
}

TEST_P(SessionTest, ThatTheServerRefusesBecomesAFullHandshakeWithItsJudgement) {
  TlsPair pair(settings(first_session()),
               {.ask_for_certificate = true, .tickets = *TicketKeys::create(std::chrono::hours(1))});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  EXPECT_FALSE(pair.client().negotiated().resumed);
  EXPECT_EQ(pair.client().peer_chain().at(0), pair.server_certificate());
  ASSERT_TRUE(pair.client().give_judgement(nullptr).has_value());
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  EXPECT_FALSE(pair.client().negotiated().resumed);
}

TEST_P(SessionTest, IsNotAskedForUnlessItIsWanted) {
  auto unwanted = settings(first_session());
  unwanted.resumable = false;
  TlsPair pair(unwanted, {.tickets = m_tickets});
  EXPECT_EQ(pair.run_client(), Wants::Judgement) << "nor offered";
  EXPECT_TRUE(sessions_of(pair).empty());
}

TEST_P(SessionTest, IsNotOfferedInAnotherVersion) {
  auto other = settings(first_session());
  other.lowest = other.highest = GetParam() == Version::Tls12 ? Version::Tls13 : Version::Tls12;
  TlsPair pair(other, {.tickets = m_tickets});
  EXPECT_EQ(pair.run_client(), Wants::Judgement);
  EXPECT_FALSE(pair.client().negotiated().resumed);
}

INSTANTIATE_TEST_SUITE_P(Versions, SessionTest, testing::Values(Version::Tls12, Version::Tls13),
                         [](const auto& its) { return its.param == Version::Tls12 ? "Tls12" : "Tls13"; });

TEST(Session, OfTls13IsNotThereWithoutTickets) {
  TlsPair pair({.server_name = "party.example", .alpn = {}, .resumable = true}, {});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  ASSERT_TRUE(pair.client().give_judgement(nullptr).has_value());
  ASSERT_EQ(pair.run_client(), Wants::Nothing);
  pair.client().on_session([](const std::shared_ptr<const Session>&) { ADD_FAILURE() << "a session"; });
  EXPECT_TRUE(pair.carries_text_both_ways());
}

TEST(Session, OfTls13IsNeverOfferedToAnotherName) {
  const auto tickets = *TicketKeys::create(std::chrono::hours(1));
  ClientSettings settings{.server_name = "party.example", .alpn = {}, .resumable = true};
  TlsPair first(settings, {.tickets = tickets});
  ASSERT_EQ(first.run_client(), Wants::Judgement);
  ASSERT_TRUE(first.client().give_judgement(nullptr).has_value());
  ASSERT_EQ(first.run_client(), Wants::Nothing);
  first.client().on_session([&](std::shared_ptr<const Session> one) { settings.session = std::move(one); });
  ASSERT_TRUE(first.carries_text_both_ways());
  ASSERT_NE(settings.session, nullptr);
  settings.server_name = "other.example";
  TlsPair second(settings, {.tickets = tickets});
  EXPECT_FALSE(second.client().handshake().has_value());
  EXPECT_TRUE(second.client().output().empty());
}

TEST(Session, ThatComesInFrontOfTextDoesNotDelayIt) {
  const auto tickets = *TicketKeys::create(std::chrono::hours(1));
  TlsPair pair({.server_name = "party.example", .alpn = {}, .resumable = true}, {.tickets = tickets});
  ASSERT_EQ(pair.run_client(), Wants::Judgement);
  ASSERT_TRUE(pair.client().give_judgement(nullptr).has_value());
  ASSERT_EQ(pair.run_client(), Wants::Nothing);
  ASSERT_TRUE(pair.server().write(to_bytes("text")).has_value());
  pair.carry();
  Bytes received(100);
  const auto count = pair.client().read(received);
  ASSERT_TRUE(count.has_value());
  EXPECT_EQ(*count, std::size_t{4}) << "one call gives it, though a ticket came first";
}

}  // namespace
}  // namespace tlscore::tls
