// One response, one zone: what is believed of it.
#include <gtest/gtest.h>

#include "tests/unit/dns_signer.h"
#include "tlscore/dns/validator.h"

namespace tlscore::dns {
namespace {

using std::chrono::seconds;
using testing::expanded;
using testing::join;
using testing::kNow;
using testing::name;
using testing::record;
using testing::Signer;

class DnsValidator : public ::testing::Test {
 protected:
  Finding judge_now(const Message& message) {
    Effort effort;
    return judge(message, signer.zone, kNow, effort);
  }
  static Message about(std::string_view host, RecordType type) {
    return {.question = {.name = name(host), .type = type}};
  }

  Signer signer{"test"};
};

TEST_F(DnsValidator, SignedRecordsAreSecure) {
  Message message = about("www.test", RecordType::A);
  message.answer = signer.signed_record("www.test. 300 IN A 192.0.2.1");
  const Finding finding = judge_now(message);
  EXPECT_EQ(finding.security, Security::Secure) << finding.reason;
  EXPECT_EQ(finding.records.size(), 1U);
  EXPECT_EQ(finding.expires, kNow + seconds(300));
  EXPECT_EQ(signer_of(message), name("test"));
}

TEST_F(DnsValidator, UnsignedRecordsAreBogus) {
  Message message = about("www.test", RecordType::A);
  message.answer = {record("www.test. 300 IN A 192.0.2.1")};
  const Finding finding = judge_now(message);
  EXPECT_EQ(finding.security, Security::Bogus);
  EXPECT_TRUE(finding.records.empty());
  EXPECT_EQ(finding.reason, "the A records of www.test are not signed");
  EXPECT_FALSE(signer_of(message));
}

TEST_F(DnsValidator, NothingAtAllIsBogus) {
  const Finding finding = judge_now(about("www.test", RecordType::A));
  EXPECT_EQ(finding.security, Security::Bogus);
  EXPECT_EQ(finding.reason, "www.test A: nothing proves that it is not there");
}

TEST_F(DnsValidator, AnAliasIsFollowedWhenItIsSigned) {
  Message message = about("www.test", RecordType::A);
  message.answer = join(
      {signer.signed_record("www.test. 300 IN CNAME web.else."), {record("web.else. 300 IN A 192.0.2.1")}});
  const Finding finding = judge_now(message);
  EXPECT_EQ(finding.security, Security::Secure);
  EXPECT_EQ(finding.alias, name("web.else"));
  EXPECT_TRUE(finding.records.empty());
  message.answer = {record("www.test. 300 IN CNAME web.else.")};
  EXPECT_EQ(judge_now(message).security, Security::Bogus);
  message.answer = signer.signed_records(
      {record("www.test. 300 IN CNAME a.else."), record("www.test. 300 IN CNAME b.else.")});
  EXPECT_EQ(judge_now(message).security, Security::Bogus);  // two aliases
}

TEST_F(DnsValidator, ADnameStandsForTheAliasThatTheServerMadeUp) {
  Message message = about("www.tree.test", RecordType::A);
  message.answer = join({signer.signed_record("tree.test. 300 IN DNAME else."),
                         {record("www.tree.test. 300 IN CNAME evil.else.")}});
  const Finding finding = judge_now(message);
  EXPECT_EQ(finding.security, Security::Secure);
  EXPECT_EQ(finding.alias, name("www.else"));
}

TEST_F(DnsValidator, AWildcardNeedsProofThatNothingIsCloser) {
  Message message = about("any.test", RecordType::A);
  message.answer = expanded(signer.signed_record("*.test. 300 IN A 192.0.2.1"), "any.test");
  EXPECT_EQ(judge_now(message).security, Security::Bogus);
  message.authority = signer.signed_record("alf.test. 60 IN NSEC bob.test. A RRSIG NSEC");
  const Finding finding = judge_now(message);
  EXPECT_EQ(finding.security, Security::Secure) << finding.reason;
  EXPECT_EQ(finding.expires, kNow + seconds(60));
  message.authority = {message.authority.front()};  // unsigned
  EXPECT_EQ(judge_now(message).security, Security::Bogus);
  message.authority = signer.signed_record("any.test. 60 IN NSEC bob.test. AAAA");  // it exists
  EXPECT_EQ(judge_now(message).security, Security::Bogus);
}

TEST_F(DnsValidator, ADnameIsNoWildcard) {
  Message message = about("www.any.test", RecordType::A);
  message.answer = expanded(signer.signed_record("*.test. 300 IN DNAME else."), "any.test");
  message.authority = signer.signed_record("alf.test. 60 IN NSEC bob.test. A");
  EXPECT_EQ(judge_now(message).security, Security::Bogus);
}

TEST_F(DnsValidator, AProvenAbsenceIsSecure) {
  Message message = about("_443._tcp.www.test", RecordType::Tlsa);
  message.authority = join({signer.signed_record("test. 300 IN NSEC b.test. SOA NS"),
                            signer.signed_record("www.test. 300 IN NSEC zzz.test. A"),
                            signer.signed_record("test. 300 IN SOA ns.test. me.test. 1 2 3 4 30")});
  // The wildcard's place is directly behind www.test, and so covered, too.
  const Finding finding = judge_now(message);
  EXPECT_EQ(finding.security, Security::Secure) << finding.reason;
  EXPECT_TRUE(finding.records.empty());
  EXPECT_EQ(finding.expires, kNow + seconds(30));
  EXPECT_EQ(signer_of(message), name("test"));
}

TEST_F(DnsValidator, ADenialOfAnotherZoneProvesNothing) {
  const Signer other("else");
  Message message = about("www.test", RecordType::Aaaa);
  message.authority = other.signed_record("www.test. 300 IN NSEC zzz.test. A");
  EXPECT_EQ(judge_now(message).security, Security::Bogus);
  EXPECT_FALSE(signer_of(message));  // "else" does not hold www.test
}

TEST_F(DnsValidator, ADenialThatAWildcardWasExpandedToProvesNothing) {
  Message message = about("www.test", RecordType::Aaaa);
  message.authority = expanded(signer.signed_record("*.test. 300 IN NSEC zzz.test. A"), "www.test");
  EXPECT_EQ(judge_now(message).security, Security::Bogus);
}

TEST_F(DnsValidator, AHashedOwnerIsDirectlyBelowTheApex) {
  // The same hash label, but of another zone's depth.
  Message message = about("www.test", RecordType::Aaaa);
  message.authority = signer.signed_record(
      "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.sub.test. 300 IN NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3ton SOA "
      "NS");
  EXPECT_EQ(judge_now(message).security, Security::Bogus);
}

TEST_F(DnsValidator, ADsIsTheZoneAbovesToSign) {
  Message message = about("test", RecordType::Ds);
  message.authority = signer.signed_record("test. 300 IN NSEC a.test. NS SOA");
  EXPECT_FALSE(signer_of(message));
  EXPECT_EQ(judge_now(message).security, Security::Bogus);
}

TEST_F(DnsValidator, WorkForADenialIsBounded) {
  Message message = about("www.test", RecordType::A);
  for (int i = 0; i < 200; ++i) {
    auto wrong = signer.signed_record("n" + std::to_string(i) + ".test. 300 IN NSEC zzz.test. A");
    wrong.back().rdata.back() ^= 1;
    message.authority.insert(message.authority.end(), wrong.begin(), wrong.end());
  }
  Effort effort;
  EXPECT_EQ(judge(message, signer.zone, kNow, effort).security, Security::Bogus);
  EXPECT_GE(effort.signatures, Effort::kSignatures - 12);
}

TEST_F(DnsValidator, WhatIsUnsignedIsInsecureAtBest) {
  Message message = about("www.test", RecordType::A);
  message.answer = {record("www.test. 20 IN A 192.0.2.1")};
  const Finding finding = read_unsigned(message, kNow, "said so");
  EXPECT_EQ(finding.security, Security::Insecure);
  EXPECT_EQ(finding.reason, "said so");
  EXPECT_EQ(finding.records.size(), 1U);
  EXPECT_EQ(finding.expires, kNow + seconds(20));
  message.answer = {record("www.test. 20 IN CNAME web.test.")};
  EXPECT_EQ(read_unsigned(message, kNow, "").alias, name("web.test"));
  message.answer.push_back(record("www.test. 20 IN CNAME wob.test."));
  EXPECT_EQ(read_unsigned(message, kNow, "").security, Security::Bogus);
}

}  // namespace
}  // namespace tlscore::dns
