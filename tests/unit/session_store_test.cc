// Sessions come back under their own key, as often as they may, for as long as they may.
#include "tlscore/tls/session_store.h"

#include <gtest/gtest.h>

#include "tests/unit/tls_pair.h"
#include "tlscore/tls/ticket_keys.h"

namespace tlscore::tls {
namespace {

using std::chrono::seconds;

/// A session of a real handshake between our client and our server.
std::shared_ptr<const Session> real_session(Version version) {
  std::shared_ptr<const Session> session;
  TlsPair pair(
      {.server_name = "party.example", .alpn = {}, .lowest = version, .highest = version, .resumable = true},
      {.tickets = *TicketKeys::create(seconds(3600))});
  static_cast<void>(pair.run_client());
  EXPECT_TRUE(pair.client().give_judgement(nullptr).has_value());
  EXPECT_EQ(pair.run_client(), Wants::Nothing);
  pair.client().on_session([&session](std::shared_ptr<const Session> one) { session = std::move(one); });
  EXPECT_TRUE(pair.carries_text_both_ways());
  EXPECT_NE(session, nullptr);
  return session;
}

class SessionStoreTest : public testing::Test {
 protected:
  SessionStore::Entry entry(const std::shared_ptr<const Session>& session) {
    judge::Judgement judgement;
    judgement.expires = m_now.calendar + seconds(600);
    return {session, std::make_shared<const SessionOrigin>(
                         SessionOrigin{std::move(judgement), "", m_now.steady + seconds(3600)})};
  }
  void keep(const std::string& key, const std::shared_ptr<const Session>& session) {
    m_store.keep(key, entry(session), m_store.generation(), m_now);
  }
  [[nodiscard]] SessionStore::Moment after(seconds time) const {
    return {m_now.steady + time, m_now.calendar + time};
  }

  SessionStore m_store;
  SessionStore::Moment m_now = SessionStore::Moment::now();
  std::shared_ptr<const Session> m_ticket = real_session(Version::Tls13);
  std::shared_ptr<const Session> m_session = real_session(Version::Tls12);
};

TEST_F(SessionStoreTest, GivesATls13TicketOutOnce) {
  EXPECT_TRUE(m_ticket->single_use());
  keep("a", m_ticket);
  EXPECT_TRUE(m_store.take("a", m_now).has_value());
  EXPECT_FALSE(m_store.take("a", m_now).has_value());
  EXPECT_EQ(m_store.size(), 0U);
}

TEST_F(SessionStoreTest, GivesATls12SessionOutAgain) {
  EXPECT_FALSE(m_session->single_use());
  keep("a", m_session);
  EXPECT_TRUE(m_store.take("a", m_now).has_value());
  EXPECT_TRUE(m_store.take("a", m_now).has_value());
}

TEST_F(SessionStoreTest, KeepsOneTls12SessionOfAKey) {
  keep("a", m_ticket);
  keep("a", m_session);
  keep("a", m_session);
  keep("b", m_session);
  EXPECT_EQ(m_store.size(), 2U);
}

TEST_F(SessionStoreTest, GivesNothingOutUnderAnotherKey) {
  keep("a", m_ticket);
  EXPECT_FALSE(m_store.take("b", m_now).has_value());
  EXPECT_FALSE(m_store.take("", m_now).has_value());
  EXPECT_TRUE(m_store.take("a", m_now).has_value());
}

TEST_F(SessionStoreTest, GivesNothingOutOnceTheJudgementHasExpired) {
  keep("a", m_session);
  EXPECT_TRUE(m_store.take("a", after(seconds(599))).has_value());
  EXPECT_FALSE(m_store.take("a", after(seconds(600))).has_value());
  EXPECT_EQ(m_store.size(), 0U) << "and it is wiped";
}

TEST_F(SessionStoreTest, GivesNothingOutAfterItsTimeWhateverTheCalendarSays) {
  keep("a", m_session);
  SessionStore::Moment later = after(seconds(3600));
  later.calendar = m_now.calendar - seconds(3600);
  EXPECT_FALSE(m_store.take("a", later).has_value());
}

TEST_F(SessionStoreTest, AJudgementThatDoesNotAgeIsBoundByItsTime) {
  auto ageless = entry(m_session);
  judge::Judgement judgement;
  judgement.expires = std::chrono::sys_seconds::max();
  ageless.origin =
      std::make_shared<const SessionOrigin>(SessionOrigin{judgement, "", m_now.steady + seconds(60)});
  m_store.keep("a", ageless, m_store.generation(), m_now);
  EXPECT_TRUE(m_store.take("a", after(seconds(59))).has_value());
  EXPECT_FALSE(m_store.take("a", after(seconds(60))).has_value());
}

TEST_F(SessionStoreTest, ATicketLivesAsLongAsItsServerSays) {
  auto longer = entry(m_ticket);
  judge::Judgement judgement;
  judgement.expires = std::chrono::sys_seconds::max();
  longer.origin =
      std::make_shared<const SessionOrigin>(SessionOrigin{judgement, "", m_now.steady + seconds(9999)});
  m_store.keep("a", longer, m_store.generation(), m_now);
  EXPECT_FALSE(m_store.take("a", after(seconds(3602))).has_value()) << "the server said 3600 s";
}

TEST_F(SessionStoreTest, ForgetsAlsoWhatALiveConnectionBringsLater) {
  keep("a", m_ticket);
  const auto begun = m_store.generation();
  m_store.forget();
  EXPECT_EQ(m_store.size(), 0U);
  m_store.keep("a", entry(m_ticket), begun, m_now);
  EXPECT_EQ(m_store.size(), 0U);
  keep("a", m_ticket);
  EXPECT_EQ(m_store.size(), 1U);
}

TEST_F(SessionStoreTest, DropsOneKeyAlone) {
  keep("a", m_ticket);
  keep("a", m_ticket);
  keep("b", m_ticket);
  m_store.drop("a");
  EXPECT_EQ(m_store.size(), 1U);
  EXPECT_TRUE(m_store.take("b", m_now).has_value());
}

TEST_F(SessionStoreTest, IsBoundedForAKeyAndInAll) {
  for (std::size_t i = 0; i < SessionStore::kPerKey + 5; ++i) keep("a", m_ticket);
  EXPECT_EQ(m_store.size(), SessionStore::kPerKey);
  for (std::size_t i = 0; i < SessionStore::kInAll; ++i) keep("key " + std::to_string(i), m_ticket);
  EXPECT_EQ(m_store.size(), SessionStore::kInAll);
  EXPECT_FALSE(m_store.take("a", m_now).has_value()) << "the oldest go first";
}

}  // namespace
}  // namespace tlscore::tls
