// What becomes of each answer about TLSA records, and what is remembered of it.
#include "tlscore/judge/dane_assessor.h"

#include <gtest/gtest.h>

#include "tests/unit/x509_builder.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/future.h"
#include "tlscore/x509/date.h"

namespace tlscore::judge {
namespace {

using dns::Security;
using dns::TlsaAnswer;
using dns::TlsaQuestion;
using dns::TlsaRecord;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using x509::Holder;

const std::string kRecords = "_443._tcp.party.example";

/// Answers in a moment what it was told to; keeps what it was asked.
class ScriptedTlsa final : public dns::TlsaLookups {
 public:
  explicit ScriptedTlsa(EventLoop& loop) : m_loop(loop) {}

  Task<TlsaAnswer> find(TlsaQuestion question, Cancel& cancel) override {
    asked.push_back(std::move(question));
    const Promise<int> never(m_loop);
    const auto waited = co_await never.wait(cancel, milliseconds(1));
    EXPECT_FALSE(waited);
    co_return answer;
  }

  TlsaAnswer answer;
  std::vector<TlsaQuestion> asked;

 private:
  EventLoop& m_loop;
};

class DaneAssessorTest : public testing::Test {
 protected:
  Finding assess() {
    DaneAssessor dane({.lookups = m_lookups, .seen = m_seen, .asked_by_user = m_asked_by_user},
                      *x509::TrustStore::from_certificates({}));
    std::optional<Finding> finding;
    const auto body = [](DaneAssessor& assessor, const Presented& presented, Cancel& cancel,
                         std::optional<Finding>& into) -> Task<void> {
      into = co_await assessor.assess(presented, cancel);
    };
    spawn(*m_loop, body(dane, m_presented, m_cancel, finding));
    while (m_loop->tasks() > 0) event_base_loop(m_loop->base(), EVLOOP_ONCE);
    return *finding;
  }

  void answer(Security security, std::vector<TlsaRecord> records = {}) {
    m_lookups->answer = {.security = security,
                         .records = std::move(records),
                         .base_domain = "party.example",
                         .reason = "as written",
                         .expires = m_presented.now + hours(1)};
  }

  static TlsaRecord record_of(const x509::PublicKey& key) { return {3, 1, 1, key.spki_sha256()}; }
  [[nodiscard]] TlsaRecord matching() const { return record_of(*m_presented.key); }
  [[nodiscard]] TlsaRecord other() const { return {3, 1, 1, Bytes(32)}; }

  std::unique_ptr<EventLoop> m_loop = *EventLoop::create();
  std::shared_ptr<ScriptedTlsa> m_lookups = std::make_shared<ScriptedTlsa>(*m_loop);
  std::shared_ptr<SeenTlsa> m_seen = SeenTlsa::open("");
  bool m_asked_by_user = false;
  Cancel m_cancel;
  Holder m_holder{"Leaf"};
  Presented m_presented{.host = "Party.Example.",
                        .chain = {certificate(m_holder, m_holder, {})},
                        .key = m_holder.key.public_key(),
                        .now = *x509::parse_rfc3339("2030-01-01")};
};

TEST_F(DaneAssessorTest, AMatchPassesUntilTheAnswerExpires) {
  answer(Security::Secure, {other(), matching()});
  EXPECT_EQ(assess(), (Finding{"dane", Verdict::Pass, "its TLSA record 3 1 1 matches its key",
                               m_presented.now + hours(1)}));
}

TEST_F(DaneAssessorTest, AsksForTheFoldedNameWithPortAndTransport) {
  m_presented.port = 8443;
  m_presented.transport = Transport::Udp;
  answer(Security::Secure);
  assess();
  ASSERT_EQ(m_lookups->asked.size(), 1U);
  EXPECT_EQ(m_lookups->asked[0].host, "party.example");
  EXPECT_EQ(m_lookups->asked[0].port, 8443);
  EXPECT_EQ(m_lookups->asked[0].transport, "udp");
}

TEST_F(DaneAssessorTest, AMismatchFailsForAMinuteAtMost) {
  answer(Security::Secure, {other()});
  const Finding finding = assess();
  EXPECT_EQ(finding.verdict, Verdict::Fail);
  EXPECT_EQ(finding.expires, m_presented.now + kFailLifetime);
  m_lookups->answer.expires = m_presented.now + seconds(5);
  EXPECT_EQ(assess().expires, m_presented.now + seconds(5));
}

TEST_F(DaneAssessorTest, ProvenAbsenceAndInsecureZonesAreAbsentWithoutWarning) {
  m_asked_by_user = true;
  for (const Security security : {Security::Secure, Security::Insecure}) {
    answer(security);
    const Finding finding = assess();
    EXPECT_EQ(finding.verdict, Verdict::Absent);
    EXPECT_FALSE(finding.is_warning);
    EXPECT_EQ(finding.expires, m_presented.now + hours(1));
  }
}

TEST_F(DaneAssessorTest, RecordsThatCannotBeUsedAreAbsent) {
  answer(Security::Secure, {{9, 1, 1, Bytes(32)}});
  EXPECT_EQ(assess().verdict, Verdict::Absent);
}

TEST_F(DaneAssessorTest, RecordsThatAreNotSecureNeverCount) {
  for (const Security security : {Security::Insecure, Security::Bogus, Security::Unreachable}) {
    answer(security, {matching()});
    EXPECT_NE(assess().verdict, Verdict::Pass);
  }
}

TEST_F(DaneAssessorTest, BogusFails) {
  answer(Security::Bogus);
  const Finding finding = assess();
  EXPECT_EQ(finding.verdict, Verdict::Fail);
  EXPECT_EQ(finding.reason, "its DNS answers are not what DNSSEC demands (as written)");
  EXPECT_EQ(finding.expires, m_presented.now + kFailLifetime);
}

TEST_F(DaneAssessorTest, UnreachableIsAbsentWithAWarning) {
  answer(Security::Unreachable);
  const Finding finding = assess();
  EXPECT_EQ(finding.verdict, Verdict::Absent);
  EXPECT_TRUE(finding.is_warning);
  EXPECT_EQ(finding.expires, m_presented.now + kFailLifetime) << "it is asked again soon";
}

TEST_F(DaneAssessorTest, UnreachableFailsWhoAskedForDane) {
  m_asked_by_user = true;
  answer(Security::Unreachable);
  EXPECT_EQ(assess().verdict, Verdict::Fail);
}

TEST_F(DaneAssessorTest, UnreachableFailsWhereSecureRecordsWereSeenWithinThirtyDays) {
  answer(Security::Secure, {other()});
  assess();
  answer(Security::Unreachable);
  m_presented.now += days(29);
  const Finding finding = assess();
  EXPECT_EQ(finding.verdict, Verdict::Fail);
  EXPECT_EQ(finding.reason,
            "whether it has TLSA records cannot be found out (as written), and it had some within the last "
            "30 days");
  m_presented.now += days(1);
  EXPECT_EQ(assess().verdict, Verdict::Absent);
}

TEST_F(DaneAssessorTest, OnePortsRecordsSayNothingOfAnother) {
  answer(Security::Secure, {matching()});
  assess();
  answer(Security::Unreachable);
  m_presented.port = 8443;
  EXPECT_EQ(assess().verdict, Verdict::Absent);
}

TEST_F(DaneAssessorTest, OnlyUsableRecordsAreRememberedAndOnlyProofsForgetThem) {
  answer(Security::Secure, {{9, 1, 1, Bytes(32)}});
  assess();
  EXPECT_FALSE(m_seen->was_seen(kRecords, m_presented.now));
  for (const Security proof : {Security::Secure, Security::Insecure}) {
    answer(Security::Secure, {matching()});
    assess();
    EXPECT_TRUE(m_seen->was_seen(kRecords, m_presented.now));
    for (const Security no_proof : {Security::Bogus, Security::Unreachable}) {
      answer(no_proof);
      assess();
      EXPECT_TRUE(m_seen->was_seen(kRecords, m_presented.now));
    }
    answer(proof);
    assess();
    EXPECT_FALSE(m_seen->was_seen(kRecords, m_presented.now));
  }
}

TEST_F(DaneAssessorTest, ACancelledLookupIsNotRemembered) {
  answer(Security::Secure, {matching()});
  m_cancel.request({ErrorKind::Cancelled, "removed"});
  assess();
  EXPECT_FALSE(m_seen->was_seen(kRecords, m_presented.now));
}

TEST_F(DaneAssessorTest, AddressesAndClientsAreNotAskedFor) {
  answer(Security::Bogus);
  for (const char* address : {"192.0.2.1", "2001:db8::1", "[2001:db8::1]"}) {
    m_presented.host = address;
    EXPECT_EQ(assess().reason, "addresses have no TLSA records") << address;
  }
  m_presented.role = Role::Client;
  EXPECT_EQ(assess().verdict, Verdict::Absent);
  EXPECT_TRUE(m_lookups->asked.empty());
}

TEST_F(DaneAssessorTest, AHostThatIsNoNameFails) {
  m_presented.host = "party..example";
  EXPECT_EQ(assess().verdict, Verdict::Fail);
  EXPECT_TRUE(m_lookups->asked.empty());
}

TEST_F(DaneAssessorTest, AnOpenPgpKeyIsMatchedByItsKeyOnly) {
  m_presented.openpgp = {1};
  const Bytes der(m_presented.chain[0].der().begin(), m_presented.chain[0].der().end());
  answer(Security::Secure, {{3, 0, 0, der}});
  EXPECT_EQ(assess().verdict, Verdict::Fail) << "whatever X.509 certificate lies beside it";
  answer(Security::Secure, {matching()});
  EXPECT_EQ(assess().verdict, Verdict::Pass);
}

TEST_F(DaneAssessorTest, AResolversWordsCannotForgeALine) {
  answer(Security::Insecure);
  m_lookups->answer.reason = "a\nb";
  EXPECT_EQ(assess().reason, "it can have no secure TLSA records (a\\0ab)");
}

}  // namespace
}  // namespace tlscore::judge
