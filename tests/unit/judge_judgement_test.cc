// Who is asked, how findings are combined, and what the user is told.
#include <gtest/gtest.h>

#include "tests/unit/x509_test_data.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/future.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/judge/pin_assessor.h"
#include "tlscore/judge/pkix_assessor.h"
#include "tlscore/x509/date.h"

namespace tlscore::judge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr auto kNever = sys_seconds::max();

/// Waits a moment, then answers what it was told to; counts how often it was asked.
class Scripted final : public Assessor {
 public:
  Scripted(EventLoop& loop, std::string name, Verdict verdict, sys_seconds expires = kNever)
      : m_loop(loop), m_finding{std::move(name), verdict, "so it is written", expires} {}

  [[nodiscard]] std::string_view name() const override { return m_finding.assessor; }
  [[nodiscard]] Task<Finding> assess(const Presented& /*presented*/, Cancel& cancel) override {
    ++asked;
    const Promise<int> never(m_loop);
    const auto waited = co_await never.wait(cancel, milliseconds(1));
    EXPECT_FALSE(waited);
    co_return m_finding;
  }

  int asked = 0;

 private:
  EventLoop& m_loop;
  Finding m_finding;
};

class JudgementTest : public testing::Test {
 protected:
  Judgement run(std::string_view trust, std::vector<Assessor*> assessors) {
    const auto expression = TrustExpression::parse(trust);
    Judgement result;
    const auto body = [](const Presented& presented, const TrustExpression& by,
                         std::span<Assessor* const> asked, Cancel& cancelled, Judgement& into) -> Task<void> {
      into = co_await judge(presented, by, asked, cancelled);
    };
    spawn(*m_loop, body(m_presented, *expression, assessors, m_cancel, result));
    while (m_loop->tasks() > 0) event_base_loop(m_loop->base(), EVLOOP_ONCE);
    return result;
  }

  std::unique_ptr<EventLoop> m_loop = *EventLoop::create();
  Cancel m_cancel;
  Presented m_presented{.host = "party.example", .chain = {}, .now = *x509::parse_rfc3339("2030-01-01")};
  Scripted m_openpgp{*m_loop, "openpgp", Verdict::Absent};
  Scripted m_dane{*m_loop, "dane", Verdict::Fail, m_presented.now + seconds(60)};
  Scripted m_pkix{*m_loop, "pkix", Verdict::Pass, m_presented.now + seconds(30)};
};

TEST_F(JudgementTest, AsksOnlyTheAssessorsThatTheExpressionNames) {
  const Judgement judgement = run("openpgp or pkix", {&m_openpgp, &m_dane, &m_pkix});
  EXPECT_TRUE(judgement.trusted());
  EXPECT_EQ(m_openpgp.asked, 1);
  EXPECT_EQ(m_dane.asked, 0);
  EXPECT_EQ(m_pkix.asked, 1);
  EXPECT_EQ(judgement.findings.size(), 2U);
  EXPECT_EQ(judgement.summary, "party.example is trusted: so it is written (pkix)");
}

TEST_F(JudgementTest, AFailureDecidesAndItsReasonIsTold) {
  const Judgement judgement = run("dane or pkix", {&m_dane, &m_pkix});
  EXPECT_EQ(judgement.verdict, Verdict::Fail);
  EXPECT_EQ(judgement.summary, "party.example is not trusted: so it is written (dane)");
}

TEST_F(JudgementTest, ItExpiresWithTheFirstFinding) {
  EXPECT_EQ(run("dane or pkix", {&m_dane, &m_pkix}).expires, m_presented.now + seconds(30));
  EXPECT_EQ(run("openpgp", {&m_openpgp}).expires, kNever);
}

TEST_F(JudgementTest, AnAssessorThatIsNotBuiltInIsAbsent) {
  const Judgement judgement = run("openpgp or dane", {});
  EXPECT_EQ(judgement.verdict, Verdict::Absent);
  EXPECT_FALSE(judgement.trusted());
  EXPECT_EQ(
      judgement.summary,
      "nothing shows who party.example is: not part of this build (openpgp); not part of this build (dane)");
}

TEST_F(JudgementTest, CancelledIsNeverTrusted) {
  m_cancel.request({ErrorKind::Cancelled, "the token was removed"});
  const Judgement judgement = run("pkix", {&m_pkix});
  EXPECT_EQ(judgement.verdict, Verdict::Fail);
  EXPECT_EQ(judgement.summary, "the token was removed");
  EXPECT_EQ(m_pkix.asked, 0);
}

TEST_F(JudgementTest, CancelledWhileAnAssessorWaitsIsNotTrusted) {
  const auto timer =
      m_loop->after(milliseconds(0), [this] { m_cancel.request({ErrorKind::Cancelled, "removed"}); });
  EXPECT_FALSE(run("pkix", {&m_pkix}).trusted());
}

TEST_F(JudgementTest, AHostCannotForgeALine) {
  m_presented.host = "party\nexample";
  EXPECT_EQ(run("openpgp", {}).summary,
            "nothing shows who party\\0aexample is: not part of this build (openpgp)");
}

class AssessorTest : public testing::Test {
 protected:
  Presented presented(const std::string& leaf) {
    Presented result{.host = "party.example", .chain = x509::test_certificates(leaf), .now = m_now};
    result.key = result.chain.front().public_key();
    result.chain.push_back(x509::test_certificates("intermediate.pem").front());
    return result;
  }

  sys_seconds m_now = *x509::parse_rfc3339("2030-01-01");
  PkixAssessor m_pkix{*x509::TrustStore::from_file(x509::test_data_path("root.pem"))};
};

TEST_F(AssessorTest, PkixPassesUntilTheFirstCertificateExpires) {
  const Presented good = presented("leaf.pem");
  const Finding finding = m_pkix.assess_now(good);
  EXPECT_EQ(finding.verdict, Verdict::Pass) << finding.reason;
  EXPECT_EQ(finding.reason, "its certificate leads to the trusted CA CN=Test Root,O=Example,C=DE");
  EXPECT_EQ(finding.expires, good.chain.front().not_after());
}

TEST_F(AssessorTest, PkixFailsWithTheReasonAndForgetsSoon) {
  const Finding finding = m_pkix.assess_now(presented("leaf-expired.pem"));
  EXPECT_EQ(finding.verdict, Verdict::Fail);
  EXPECT_EQ(finding.reason, "the certificate expired on 2025-03-01");
  EXPECT_EQ(finding.expires, m_now + kFailLifetime);
}

TEST_F(AssessorTest, PkixFailsWithoutCertificateAndSaysNothingOfClients) {
  Presented query = presented("leaf.pem");
  query.role = Role::Client;
  EXPECT_EQ(m_pkix.assess_now(query).verdict, Verdict::Absent);
  query.role = Role::Server;
  query.chain.clear();
  EXPECT_EQ(m_pkix.assess_now(query).verdict, Verdict::Fail);
}

/// What an OpenPGP party presents: a body, a key that it has proved, and no chain.
TEST_F(AssessorTest, OfAnOpenPgpCertificatePkixSaysNothingAndPinLooksAtItsKey) {
  Presented query = presented("leaf.pem");
  const std::vector<std::string> pins = {to_base64(query.key->spki_sha256())};
  query.chain.clear();
  query.openpgp = to_bytes("the body of a Certificate message");
  EXPECT_EQ(m_pkix.assess_now(query).verdict, Verdict::Absent);
  EXPECT_EQ((*PinAssessor::create(pins))->assess_now(query).verdict, Verdict::Pass);
  query.key = x509::test_certificates("intermediate.pem").front().public_key();
  EXPECT_EQ((*PinAssessor::create(pins))->assess_now(query).verdict, Verdict::Fail);
}

TEST_F(AssessorTest, PinLooksAtTheLeafsKeyAlone) {
  const Presented query = presented("leaf.pem");
  const std::string leaf = to_base64(query.chain[0].public_key().spki_sha256());
  const std::string ca = to_base64(query.chain[1].public_key().spki_sha256());
  const auto verdict = [&query](std::vector<std::string> pins) {
    return (*PinAssessor::create(pins))->assess_now(query).verdict;
  };
  EXPECT_EQ(verdict({leaf}), Verdict::Pass);
  EXPECT_EQ(verdict({ca, leaf}), Verdict::Pass);
  EXPECT_EQ(verdict({ca}), Verdict::Fail);
  EXPECT_EQ(verdict({}), Verdict::Absent);
}

TEST_F(AssessorTest, PinFailsWithoutCertificate) {
  Presented query = presented("leaf.pem");
  const std::vector<std::string> pins = {to_base64(query.chain[0].public_key().spki_sha256())};
  query.chain.clear();
  query.key.reset();
  EXPECT_EQ((*PinAssessor::create(pins))->assess_now(query).verdict, Verdict::Fail);
}

TEST_F(AssessorTest, AThingThatIsNoPinIsRefused) {
  for (const std::string pin :
       {"", "abc", "sha256//AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}) {
    const auto assessor = PinAssessor::create(std::vector<std::string>{pin});
    ASSERT_FALSE(assessor) << pin;
    EXPECT_EQ(assessor.error().kind, ErrorKind::Malformed);
  }
}

}  // namespace
}  // namespace tlscore::judge
