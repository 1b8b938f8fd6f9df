// Handles, their scope and their end; and handshakes that resume by them.
#include "tlscore/tls/ticket_table.h"

#include <gtest/gtest.h>

#include "tests/unit/tls_pair.h"
#include "tlscore/tls/session.h"

namespace tlscore::tls {
namespace {

constexpr std::chrono::hours kLifetime{1};

std::shared_ptr<const ShownByClient> somebody() {
  const auto key = x509::PrivateKey::generate_p256();
  return std::make_shared<const ShownByClient>(
      ShownByClient{.chain = {}, .openpgp = {}, .key = key->public_key()});
}

TEST(TicketTable, AHandleFindsItsSessionInItsScope) {
  TicketTable table(kLifetime);
  const auto client = somebody();
  const Bytes handle = table.keep("a.example", {1, 2, 3}, client);
  EXPECT_EQ(handle.size(), TicketTable::kHandleBytes);
  const TicketTable::Entry* const entry = table.find(handle, "a.example");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->session, (Bytes{1, 2, 3}));
  EXPECT_EQ(entry->client, client);
  EXPECT_EQ(table.find(handle, "b.example"), nullptr);
  EXPECT_EQ(table.find(handle, ""), nullptr);
  EXPECT_EQ(table.find(Bytes(TicketTable::kHandleBytes), "a.example"), nullptr);
  EXPECT_EQ(table.find(ByteView(handle).first(5), "a.example"), nullptr);
}

TEST(TicketTable, ASessionExpires) {
  TicketTable table(kLifetime);
  const auto now = std::chrono::steady_clock::now();
  const Bytes handle = table.keep("", {1}, somebody(), now);
  EXPECT_NE(table.find(handle, "", now + kLifetime - std::chrono::seconds(1)), nullptr);
  EXPECT_EQ(table.find(handle, "", now + kLifetime), nullptr);
  static_cast<void>(table.keep("", {1}, somebody(), now + kLifetime));
  EXPECT_EQ(table.size(), 1U) << "what has expired leaves when another one comes";
}

TEST(TicketTable, BeyondItsBoundTheOldestGoes) {
  TicketTable table(kLifetime);
  const auto client = somebody();
  const Bytes first = table.keep("", {1}, client);
  const Bytes second = table.keep("", {2}, client);
  for (std::size_t i = 2; i <= TicketTable::kMaxEntries; ++i) static_cast<void>(table.keep("", {3}, client));
  EXPECT_EQ(table.size(), TicketTable::kMaxEntries);
  EXPECT_EQ(table.find(first, ""), nullptr);
  EXPECT_NE(table.find(second, ""), nullptr);
}

TEST(TicketTable, WhatIsForgottenIsGone) {
  TicketTable table(kLifetime);
  const Bytes handle = table.keep("", {1}, somebody());
  table.forget();
  EXPECT_EQ(table.find(handle, ""), nullptr);
  EXPECT_EQ(table.size(), 0U);
}

class ResumedByHandle : public testing::TestWithParam<Version> {
 protected:
  ClientSettings settings(std::shared_ptr<const Session> session = nullptr) {
    return {.server_name = "party.example",
            .alpn = {},
            .highest = GetParam(),
            .resumable = true,
            .session = std::move(session)};
  }

  TlsPair::ServerOptions server(std::string scope = "a") {
    return {.ask_for_certificate = true, .ticket_table = m_table, .ticket_scope = std::move(scope)};
  }

  /// A full handshake to its end; what it leaves to be resumed.
  std::shared_ptr<const Session> first_session(TlsPair& pair, bool shows_identity) {
    EXPECT_EQ(pair.run_client(), Wants::Judgement);
    EXPECT_TRUE(pair.client().give_judgement(shows_identity ? pair.identity() : nullptr));
    Wants wants = pair.run_client();
    if (wants == Wants::Signature) {
      pair.client().give_signature(*pair.client_key().sign(pair.client().signature_request()));
      wants = pair.run_client();
    }
    EXPECT_EQ(wants, Wants::Nothing);
    std::shared_ptr<const Session> session;
    pair.client().on_session([&](std::shared_ptr<const Session> taken) { session = std::move(taken); });
    EXPECT_TRUE(pair.carries_text_both_ways());
    return session;
  }

  std::shared_ptr<TicketTable> m_table = std::make_shared<TicketTable>(kLifetime);
};

TEST_P(ResumedByHandle, TheServerKnowsWhoResumes) {
  TlsPair first(settings(), server());
  const auto session = first_session(first, true);
  ASSERT_NE(session, nullptr);
  TlsPair second(settings(session), server());
  EXPECT_EQ(second.run_client(), Wants::Nothing);
  EXPECT_TRUE(second.client().negotiated().resumed);
  EXPECT_TRUE(second.server().negotiated().resumed);
  ASSERT_EQ(second.server().peer_chain().size(), 1U);
  EXPECT_EQ(second.server().peer_chain().front(), first.client_certificate());
  EXPECT_EQ(second.server().peer_key(), first.client_certificate().public_key());
  EXPECT_TRUE(second.carries_text_both_ways());
}

TEST_P(ResumedByHandle, WhoShowedNothingIsAskedAgain) {
  TlsPair first(settings(), server());
  const auto session = first_session(first, false);
  EXPECT_EQ(m_table->size(), 0U);
  TlsPair second(settings(session), server());
  EXPECT_EQ(second.run_client(), Wants::Judgement);
}

TEST_P(ResumedByHandle, AnotherScopeOrAnEmptyTableIsAFullHandshake) {
  TlsPair first(settings(), server());
  const auto session = first_session(first, true);
  TlsPair elsewhere(settings(session), server("b"));
  EXPECT_EQ(elsewhere.run_client(), Wants::Judgement);
  EXPECT_FALSE(elsewhere.server().negotiated().resumed);
  m_table->forget();
  TlsPair later(settings(session), server());
  EXPECT_EQ(later.run_client(), Wants::Judgement);
}

TEST_P(ResumedByHandle, AResumedConnectionsTicketsStandForTheSameClient) {
  TlsPair first(settings(), server());
  auto session = first_session(first, true);
  for (int i = 0; i < 3; ++i) {
    TlsPair next(settings(session), server());
    ASSERT_EQ(next.run_client(), Wants::Nothing);
    EXPECT_EQ(next.server().peer_key(), first.client_certificate().public_key());
    next.client().on_session([&](std::shared_ptr<const Session> taken) { session = std::move(taken); });
    EXPECT_TRUE(next.carries_text_both_ways());
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, ResumedByHandle, testing::Values(Version::Tls12, Version::Tls13));

}  // namespace
}  // namespace tlscore::tls
