// What a judgement costs: an OpenPGP certificate's, first and remembered, beside that of an X.509 chain, in
// one run. `make bench` prints it.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "openpgp-auth/keyring.h"
#include "openpgp-auth/openpgp_assessor.h"
#include "openpgp-auth/rfc6091_body.h"
#include "tests/unit/gnupg_home.h"
#include "tests/unit/x509_test_data.h"
#include "tlscore/judge/pkix_assessor.h"
#include "tlscore/x509/date.h"

namespace {

using namespace tlscore;
using std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

/// One assessor's answer on a loop of its own, and how long it took.
class Judgements {
 public:
  Microseconds ask(judge::Assessor& assessor, const judge::Presented& presented, judge::Verdict expected) {
    const auto begin = steady_clock::now();
    spawn(*m_loop, ask_and_stop(assessor, presented));
    if (!m_finding) m_loop->run();
    const Microseconds took = steady_clock::now() - begin;
    EXPECT_EQ(m_finding->verdict, expected) << m_finding->reason;
    m_finding.reset();
    return took;
  }
  [[nodiscard]] EventLoop& loop() { return *m_loop; }

 private:
  Task<void> ask_and_stop(judge::Assessor& assessor, const judge::Presented& presented) {
    Cancel never;
    m_finding = co_await assessor.assess(presented, never);
    m_loop->stop();
  }

  std::unique_ptr<EventLoop> m_loop = *EventLoop::create();
  std::optional<judge::Finding> m_finding;
};

Microseconds median(std::vector<Microseconds> all) {
  std::ranges::sort(all);
  return all.at(all.size() / 2);
}

judge::Presented openpgp_party() {
  const Bytes octets = tests::keyring_data("good");
  const auto certificate = *openpgp_auth::Certificate::parse(octets);
  const openpgp_auth::KeyPacket& key = certificate.subkeys().front().key;
  return {.host = "party.test",
          .chain = {},
          .openpgp = *openpgp_auth::write_certificate_body(
              {openpgp_auth::CertificateBody::Kind::Subkey, key.key_id, octets, {}}),
          .key = key.key,
          .now = x509::now()};
}

judge::Presented x509_party() {
  judge::Presented party{.host = "party.example",
                         .chain = x509::test_certificates("leaf.pem"),
                         .now = *x509::parse_rfc3339("2030-01-01")};
  party.chain.push_back(x509::test_certificates("intermediate.pem").front());
  party.key = party.chain.front().public_key();
  return party;
}

TEST(Bench, Judgement) {
  constexpr int kFirst = 15;
  constexpr int kRemembered = 1000;
  const tests::GnupgHome gnupg;
  gnupg.import("good");
  const std::vector<std::string> listed = {tests::primary_of("good")};
  const auto keyring = std::make_shared<const openpgp_auth::Keyring>(
      *openpgp_auth::Keyring::create(gnupg.home(), gnupg.scratch()));
  Judgements judgements;
  const judge::Presented party = openpgp_party();
  std::vector<Microseconds> first;
  std::vector<Microseconds> remembered;
  for (int i = 0; i < kFirst; ++i) {
    const auto lookups = std::make_shared<openpgp_auth::KeyringLookups>(judgements.loop(), keyring);
    openpgp_auth::OpenPgpAssessor assessor(lookups, listed);
    first.push_back(judgements.ask(assessor, party, judge::Verdict::Pass));
    for (int again = 0; i == 0 && again < kRemembered; ++again)
      remembered.push_back(judgements.ask(assessor, party, judge::Verdict::Pass));
  }
  judge::PkixAssessor pkix{*x509::TrustStore::from_file(x509::test_data_path("root.pem"))};
  const judge::Presented other = x509_party();
  std::vector<Microseconds> x509;
  x509.reserve(kRemembered);
  for (int i = 0; i < kRemembered; ++i) x509.push_back(judgements.ask(pkix, other, judge::Verdict::Pass));
  std::printf("judgement, median: OpenPGP first %.0f us (%d), remembered %.0f us (%d), X.509 %.0f us (%d)\n",
              median(first).count(), kFirst, median(remembered).count(), kRemembered, median(x509).count(),
              kRemembered);
  EXPECT_LT(median(remembered) * 20, median(first)) << "the keyring is asked again for what is known";
}

}  // namespace
