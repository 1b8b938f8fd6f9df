// What of the assessor dane is remembered, and what it learns from findings that others made.
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/x509_test_data.h"
#include "tlscore/judge/dane_assessor.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/x509/date.h"

namespace tlscore::judge {
namespace {

using std::chrono::seconds;

/// Answers with one record, or with nothing that can be reached, and counts.
class Scripted final : public dns::TlsaLookups {
 public:
  [[nodiscard]] Task<dns::TlsaAnswer> find(dns::TlsaQuestion /*question*/, Cancel& /*cancel*/) override {
    ++asked;
    co_return answer;
  }

  dns::TlsaAnswer answer;
  int asked = 0;
};

class DaneOutcomeTest : public testing::Test {
 protected:
  DaneOutcomeTest() {
    m_lookups->answer = {.security = dns::Security::Secure,
                         .records = {{.usage = 3, .selector = 1, .matching_type = 0, .data = {}}},
                         .base_domain = "party.example",
                         .expires = m_presented.now + seconds(300)};
    const ByteView spki = m_presented.key->spki();
    m_lookups->answer.records[0].data.assign(spki.begin(), spki.end());
  }

  Judgement run() {
    DaneRules rules{.lookups = m_lookups, .seen = m_seen, .believes = m_believes};
    DaneAssessor assessor(std::move(rules), *x509::TrustStore::from_certificates({}));
    Judgement result;
    const auto body = [](DaneOutcomeTest& self, Assessor& asked, Judgement& into) -> Task<void> {
      const std::array<Assessor*, 1> all = {&asked};
      Remembered remembered{.cache = self.m_cache};
      into = co_await judge(self.m_presented, self.m_trust, all, self.m_cancel, std::move(remembered));
    };
    spawn(*m_loop, body(*this, assessor, result));
    while (m_loop->tasks() > 0) event_base_loop(m_loop->base(), EVLOOP_ONCE);
    return result;
  }

  std::unique_ptr<EventLoop> m_loop = *EventLoop::create();
  Cancel m_cancel;
  TrustExpression m_trust = *TrustExpression::parse("dane");
  std::shared_ptr<OutcomeCache> m_cache =
      std::make_shared<OutcomeCache>(OutcomeSecret::of_this_process(), std::chrono::hours(1), nullptr);
  std::shared_ptr<Scripted> m_lookups = std::make_shared<Scripted>();
  std::shared_ptr<SeenTlsa> m_seen = SeenTlsa::open("");
  std::string m_believes = "validate";
  Presented m_presented{.host = "party.example",
                        .chain = {},
                        .key = x509::test_certificates("leaf.pem").front().public_key(),
                        .now = *x509::parse_rfc3339("2030-01-01")};
};

TEST_F(DaneOutcomeTest, IsRememberedAsLongAsTheRecordsCount) {
  EXPECT_TRUE(run().trusted());
  EXPECT_TRUE(run().trusted());
  EXPECT_EQ(m_lookups->asked, 1);
  m_presented.now += seconds(300);
  run();
  EXPECT_EQ(m_lookups->asked, 2);
}

TEST_F(DaneOutcomeTest, IsAnotherOneWhereAnswersAreBelievedByOtherRules) {
  run();
  m_believes = "resolver";
  run();
  EXPECT_EQ(m_lookups->asked, 2);
  m_believes.clear();
  run();
  run();
  EXPECT_EQ(m_lookups->asked, 4);
}

TEST_F(DaneOutcomeTest, WhoUsesAnothersFindingKnowsOfTheRecordsToo) {
  run();
  m_seen = SeenTlsa::open("");
  run();
  EXPECT_EQ(m_lookups->asked, 1);
  m_lookups->answer = {.security = dns::Security::Unreachable, .expires = m_presented.now};
  m_presented.now += seconds(300);
  EXPECT_EQ(run().verdict, Verdict::Fail);
}

TEST_F(DaneOutcomeTest, AWarningIsFoundAnew) {
  m_lookups->answer = {.security = dns::Security::Unreachable, .expires = m_presented.now};
  EXPECT_EQ(run().verdict, Verdict::Absent);
  EXPECT_EQ(run().verdict, Verdict::Absent);
  EXPECT_EQ(m_lookups->asked, 2);
}

TEST_F(DaneOutcomeTest, WhatIsNoPassIsFoundAnew) {
  const auto others = x509::test_certificates("intermediate.pem").front().public_key();
  m_lookups->answer.records[0].data.assign(others.spki().begin(), others.spki().end());
  EXPECT_EQ(run().verdict, Verdict::Fail);
  m_lookups->answer.records.clear();
  EXPECT_EQ(run().verdict, Verdict::Absent);
  run();
  EXPECT_EQ(m_lookups->asked, 3);
}

}  // namespace
}  // namespace tlscore::judge
