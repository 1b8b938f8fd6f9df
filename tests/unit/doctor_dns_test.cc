// What the doctor makes of the name servers.
#include "proxy/doctor_dns.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using namespace tlscore;

Party party(const std::string& host, const std::string& trust = "") {
  Party made;
  made.hosts = {host};
  made.trust_is_written = !trust.empty();
  if (!trust.empty()) made.trust = trust;
  return made;
}

/// One name server, which is well; one party that is looked up, and is not to be trusted by DANE alone.
DoctorFacts with_dns(Party one = party("party.example")) {
  DoctorFacts facts;
  facts.config = built_in_config();
  facts.config->parties.insert(facts.config->parties.begin(), std::move(one));
  facts.dns =
      DnsLook{.servers = {{.server = "192.0.2.1:53", .answers = true}}, .root = dns::Security::Secure};
  return facts;
}

DoctorFacts with_root(dns::Security root, const std::string& reason, Party one = party("party.example")) {
  DoctorFacts facts = with_dns(std::move(one));
  facts.dns->root = root;
  facts.dns->reason = reason;
  return facts;
}

TEST(DoctorDns, AServerWhoseAnswersAreProvenIsWell) {
  const Diagnosis found = check_dns(with_dns());
  EXPECT_EQ(found.verdict, Verdict::Ok);
  EXPECT_TRUE(found.says.contains("192.0.2.1:53")) << found.says;
  EXPECT_TRUE(found.to_do.empty());
}

TEST(DoctorDns, AResolverThatIsBelievedIsCalledSo) {
  DoctorFacts facts = with_dns();
  facts.config->dns.dnssec = DnssecMode::Resolver;
  EXPECT_TRUE(check_dns(facts).says.contains("is believed"));
}

TEST(DoctorDns, SilenceIsAWarning) {
  DoctorFacts facts = with_root(dns::Security::Unreachable, "it timed out");
  facts.dns->servers.front().answers = false;
  const Diagnosis found = check_dns(facts);
  EXPECT_EQ(found.verdict, Verdict::Warning);
  EXPECT_TRUE(found.says.contains("no name server answers: 192.0.2.1:53, and no party's address"))
      << found.says;
}

TEST(DoctorDns, SignaturesThatAreNotPassedOnAreAWarning) {
  const Diagnosis found = check_dns(with_root(dns::Security::Unreachable, "it does not pass signatures on"));
  EXPECT_EQ(found.verdict, Verdict::Warning);
  EXPECT_TRUE(found.says.contains("it does not pass signatures on, and DANE says nothing")) << found.says;
  EXPECT_TRUE(found.to_do.contains("dns.servers")) << found.to_do;
}

TEST(DoctorDns, WhatContradictsTheRootsKeyIsAWarning) {
  const Diagnosis found = check_dns(with_root(dns::Security::Bogus, "the signature has expired"));
  EXPECT_EQ(found.verdict, Verdict::Warning);
  EXPECT_TRUE(found.says.contains("the signature has expired")) << found.says;
  EXPECT_TRUE(found.to_do.contains("clock")) << found.to_do;
}

TEST(DoctorDns, AResolverThatDoesNotCheckIsAWarning) {
  DoctorFacts facts = with_root(dns::Security::Insecure, "");
  facts.config->dns.dnssec = DnssecMode::Resolver;
  const Diagnosis found = check_dns(facts);
  EXPECT_EQ(found.verdict, Verdict::Warning);
  EXPECT_TRUE(found.to_do.contains("\"validate\"")) << found.to_do;
}

TEST(DoctorDns, AMissingRootKeyIsAWarning) {
  DoctorFacts facts = with_dns();
  facts.dns = fail(ErrorKind::NotFound, "root.key cannot be read");
  const Diagnosis found = check_dns(facts);
  EXPECT_EQ(found.verdict, Verdict::Warning);
  EXPECT_TRUE(found.to_do.contains("dns-root-data")) << found.to_do;
}

TEST(DoctorDns, AResolverThatMustNotBeBelievedIsAlwaysAProblem) {
  DoctorFacts facts = with_dns();
  facts.config->parties.erase(facts.config->parties.begin());
  facts.dns = fail(ErrorKind::Refused, "192.0.2.1:53 is not on loopback");
  EXPECT_EQ(check_dns(facts).verdict, Verdict::Problem);
}

TEST(DoctorDns, WhatIsWrongIsAProblemForAPartyThatNeedsDane) {
  const Diagnosis found = check_dns(
      with_root(dns::Security::Bogus, "the signature has expired", party("dane.example", "pkix and dane")));
  EXPECT_EQ(found.verdict, Verdict::Problem);
  EXPECT_TRUE(found.says.contains("dane.example")) << found.says;
  EXPECT_EQ(check_dns(with_root(dns::Security::Bogus, "x", party("a.example", "pkix"))).verdict,
            Verdict::Warning);
}

TEST(DoctorDns, WhatIsWrongDoesNotMatterWhereAllAddressesAreFixed) {
  DoctorFacts facts = with_root(dns::Security::Unreachable, "it timed out", party("party.example", "dane"));
  facts.config->dns.hosts = {{"party.example", {"127.0.0.1"}}};
  EXPECT_EQ(check_dns(facts).verdict, Verdict::Skipped);
  facts.config->dns.hosts.clear();
  EXPECT_EQ(check_dns(facts).verdict, Verdict::Problem);
  facts.fixed_hosts = {"party.example"};
  EXPECT_EQ(check_dns(facts).verdict, Verdict::Skipped);
  EXPECT_EQ(check_dns(with_root(dns::Security::Unreachable, "", party("192.0.2.7"))).verdict,
            Verdict::Skipped);
  EXPECT_EQ(check_dns(with_root(dns::Security::Unreachable, "", party("*.example"))).verdict,
            Verdict::Warning);
}

TEST(DoctorDns, OneSilentServerOfTwoIsAWarning) {
  DoctorFacts facts = with_dns();
  facts.dns->servers.push_back({.server = "192.0.2.2:53"});
  const Diagnosis found = check_dns(facts);
  EXPECT_EQ(found.verdict, Verdict::Warning);
  EXPECT_TRUE(found.says.contains("192.0.2.2:53 does not")) << found.says;
}

TEST(DoctorDns, WithoutAConfigurationNothingIsSaid) {
  DoctorFacts facts = with_dns();
  facts.config = fail(ErrorKind::Malformed, "config.toml:3: unknown key");
  EXPECT_EQ(check_dns(facts).verdict, Verdict::Skipped);
}

}  // namespace
}  // namespace proxy
