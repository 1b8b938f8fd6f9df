// Revocation where TLSA records are about CAs or want one.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/crl_builder.h"
#include "tests/unit/temp_folder.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/dns/tlsa_usable.h"
#include "tlscore/judge/dane_assessor.h"
#include "tlscore/x509/date.h"

namespace tlscore::judge {
namespace {

using x509::Certificate;
using x509::Holder;

using enum dns::TlsaUsage;

class DaneCrlsTest : public testing::Test {
 protected:
  void put(std::string_view name, ByteView octets) const {
    std::ofstream(m_folder.path() + "/draft", std::ios::binary) << as_text(octets);
    std::filesystem::rename(m_folder.path() + "/draft", m_folder.path() + "/" + std::string(name));
  }
  void revoke_leaf() { put("ca.crl", crl_der(m_ca_holder, {.serials = {{1}}})); }

  /// What is found where the zone has one record of this usage, about the key that fits it.
  Finding assess(dns::TlsaUsage usage) {
    const bool is_end = usage == kPkixEe || usage == kDaneEe;
    const x509::PublicKey key = (is_end ? m_leaf_holder : m_ca_holder).key.public_key();
    return m_dane.assess_now(m_presented, {.security = dns::Security::Secure,
                                           .records = {{usage, 1, 1, key.spki_sha256()}},
                                           .base_domain = "party.example",
                                           .expires = m_presented.now + std::chrono::hours(1)});
  }

  std::optional<std::string> depends_on() {
    std::optional<std::string> text;
    const auto body = [](DaneCrlsTest& self, std::optional<std::string>& into) -> Task<void> {
      into = co_await self.m_dane.depends_on(self.m_presented, self.m_cancel);
    };
    spawn(*m_loop, body(*this, text));
    while (m_loop->tasks() > 0) event_base_loop(m_loop->base(), EVLOOP_ONCE);
    return text;
  }

  std::unique_ptr<EventLoop> m_loop = *EventLoop::create();
  Cancel m_cancel;
  tests::TempFolder m_folder;
  Holder m_root_holder{"Root"};
  Holder m_ca_holder{"CA"};
  Holder m_leaf_holder{"Leaf"};
  Certificate m_root = certificate(m_root_holder, m_root_holder, {x509::basic_constraints(true)});
  Presented m_presented{.host = "party.example",
                        .chain = {certificate(m_leaf_holder, m_ca_holder,
                                              {x509::alternative_names({x509::dns("party.example")})}),
                                  certificate(m_ca_holder, m_root_holder, {x509::basic_constraints(true)})},
                        .key = m_leaf_holder.key.public_key(),
                        .now = *x509::parse_rfc3339("2030-01-01")};
  DaneAssessor m_dane{{.believes = "validated"},
                      *x509::TrustStore::from_certificates({m_root}),
                      std::make_shared<x509::CrlFolder>(*x509::CrlFolder::open(m_folder.path()))};
};

TEST_F(DaneCrlsTest, ARevokedCertificateIsNoMatchWhereverThereIsACa) {
  for (const dns::TlsaUsage usage : {kPkixTa, kPkixEe, kDaneTa})
    EXPECT_EQ(assess(usage).verdict, Verdict::Pass) << usage << ": " << assess(usage).reason;
  revoke_leaf();
  for (const dns::TlsaUsage usage : {kPkixTa, kPkixEe, kDaneTa}) {
    const Finding finding = assess(usage);
    EXPECT_EQ(finding.verdict, Verdict::Fail) << usage;
    EXPECT_TRUE(finding.reason.contains("was revoked (the CRL of CN=CA)")) << finding.reason;
  }
}

TEST_F(DaneCrlsTest, DaneEeAsksNobodyButTheZone) {
  revoke_leaf();
  EXPECT_EQ(assess(kDaneEe).verdict, Verdict::Pass);
}

TEST_F(DaneCrlsTest, AFolderThatCannotBeReadMatchesNothing) {
  put("broken.crl", as_bytes("broken"));
  EXPECT_EQ(assess(kPkixTa).verdict, Verdict::Fail);
  EXPECT_EQ(depends_on(), std::nullopt) << "and what is found then is not remembered";
}

TEST_F(DaneCrlsTest, OtherListsAreAnotherQuestion) {
  const auto before = depends_on();
  ASSERT_TRUE(before);
  EXPECT_EQ(depends_on(), before);
  revoke_leaf();
  EXPECT_NE(depends_on(), before);
}

}  // namespace
}  // namespace tlscore::judge
