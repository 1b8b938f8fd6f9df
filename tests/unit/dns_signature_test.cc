// Which signatures are believed, and what they may cost.
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/dns_signer.h"
#include "tlscore/dns/signature.h"

namespace tlscore::dns {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::kNow;
using testing::name;
using testing::Signer;

constexpr std::size_t kAlgorithmAt = 2;
constexpr std::size_t kLabelsAt = 3;

Result<SignedSet> verify(const RecordSet& set, const SignedZone& zone, std::chrono::sys_seconds now = kNow) {
  Effort effort;
  return verify_set(set, zone, now, effort);
}

std::string why(const Result<SignedSet>& verified) {
  return verified ? "it is good" : verified.error().message;
}

TEST(DnsSignature, IsGoodInEachAlgorithm) {
  for (const auto algorithm : {LDNS_SIGN_RSASHA256, LDNS_SIGN_RSASHA512, LDNS_SIGN_ECDSAP256SHA256,
                               LDNS_SIGN_ECDSAP384SHA384, LDNS_SIGN_ED25519, LDNS_SIGN_ED448}) {
    const Signer signer("test", algorithm);
    const auto verified = verify(signer.signed_set("www.test. 300 IN A 192.0.2.1"), signer.zone);
    ASSERT_TRUE(verified.has_value()) << algorithm << why(verified);
    EXPECT_EQ(verified->labels, 2);
    EXPECT_EQ(verified->expires, kNow + seconds(300));
  }
}

TEST(DnsSignature, IsForTheseRecordsOnly) {
  const Signer signer("test");
  const RecordSet good = signer.signed_set("www.test. 300 IN A 192.0.2.1");
  RecordSet changed = good;
  changed.records.front().rdata.back() ^= 1;
  EXPECT_TRUE(why(verify(changed, signer.zone)).ends_with("is wrong"));
  RecordSet more = good;
  more.records.push_back(testing::record("www.test. 300 IN A 192.0.2.2"));
  EXPECT_FALSE(verify(more, signer.zone).has_value());
  RecordSet renamed = good;
  renamed.owner = renamed.records.front().owner = name("web.test");
  EXPECT_FALSE(verify(renamed, signer.zone).has_value());
  for (std::size_t at = 0; at < good.signatures.front().rdata.size(); ++at) {
    RecordSet flipped = good;
    flipped.signatures.front().rdata[at] ^= 0x40;
    EXPECT_FALSE(verify(flipped, signer.zone).has_value()) << at;
  }
}

TEST(DnsSignature, TheTtlOnTheWayDoesNotMatter) {
  const Signer signer("test");
  RecordSet set = signer.signed_set("www.test. 300 IN A 192.0.2.1");
  set.records.front().ttl = 7;
  EXPECT_EQ(verify(set, signer.zone)->expires, kNow + seconds(7));
  set.records.front().ttl = 100000;
  EXPECT_EQ(verify(set, signer.zone)->expires, kNow + seconds(300));
}

TEST(DnsSignature, HoldsFromItsFirstSecondToItsLast) {
  Signer signer("test");
  signer.set_window(hours(-1), hours(1));
  const RecordSet set = signer.signed_set("www.test. 300 IN A 192.0.2.1");
  EXPECT_TRUE(verify(set, signer.zone, kNow - hours(1)).has_value());
  EXPECT_TRUE(verify(set, signer.zone, kNow + hours(1)).has_value());
  EXPECT_EQ(verify(set, signer.zone, kNow + hours(1) - seconds(5))->expires, kNow + hours(1));
  EXPECT_TRUE(
      why(verify(set, signer.zone, kNow - hours(1) - seconds(1))).contains("is not valid before 2027-"));
  EXPECT_TRUE(why(verify(set, signer.zone, kNow + hours(1) + seconds(1))).contains("expired on 2027-"));
}

TEST(DnsSignature, TimesGoOnBeyond2106) {
  Signer signer("test");
  const auto late = std::chrono::sys_seconds(seconds((std::int64_t{1} << 32U) + 1000));  // after the turn
  signer.set_window(late - kNow - hours(1), late - kNow + hours(1));
  const RecordSet set = signer.signed_set("www.test. 300 IN A 192.0.2.1");
  EXPECT_TRUE(verify(set, signer.zone, late).has_value());
  EXPECT_FALSE(verify(set, signer.zone, kNow).has_value());
}

TEST(DnsSignature, IsByTheZoneThatHoldsTheName) {
  const Signer test("test");
  const Signer other("other");
  const RecordSet set = test.signed_set("www.test. 300 IN A 192.0.2.1");
  EXPECT_TRUE(why(verify(set, other.zone)).contains("is not by the zone other"));
  SignedZone claimed = test.zone;
  claimed.apex = name("www.test");  // a zone below, with the same key
  EXPECT_FALSE(verify(set, claimed).has_value());
  const RecordSet outside = test.signed_set("www.other. 300 IN A 192.0.2.1");
  EXPECT_TRUE(why(verify(outside, test.zone)).contains("does not hold"));
}

TEST(DnsSignature, IsNotForALongerName) {
  const Signer signer("test");
  RecordSet set = signer.signed_set("www.test. 300 IN A 192.0.2.1");
  set.signatures.front().rdata[kLabelsAt] = 3;
  EXPECT_TRUE(why(verify(set, signer.zone)).contains("longer name"));
  RecordSet star = signer.signed_set("*.test. 300 IN A 192.0.2.1");
  EXPECT_EQ(verify(star, signer.zone)->labels, 1);
  star.owner = star.records.front().owner = name("any.thing.test");
  EXPECT_EQ(verify(star, signer.zone)->labels, 1);  // whether it may is validator.h's to say
}

TEST(DnsSignature, IsByAKeyThatMaySign) {
  for (const std::uint16_t flags :
       std::to_array<std::uint16_t>({0x0000, 0x0001, 0x0181})) {  // no zone key; with SEP; revoked
    const Signer signer("test", LDNS_SIGN_ED25519, flags);
    const auto verified = verify(signer.signed_set("www.test. 300 IN A 192.0.2.1"), signer.zone);
    EXPECT_TRUE(why(verified).contains("a key that the zone does not have")) << flags;
  }
  Signer signer("test", LDNS_SIGN_ED25519, 256);
  const RecordSet set = signer.signed_set("www.test. 300 IN A 192.0.2.1");
  EXPECT_TRUE(verify(set, signer.zone).has_value());
  signer.zone.keys.clear();
  EXPECT_FALSE(verify(set, signer.zone).has_value());
}

TEST(DnsSignature, WithSha1IsNotChecked) {
  const Signer signer("test", LDNS_SIGN_RSASHA1);
  EXPECT_FALSE(verify(signer.signed_set("www.test. 300 IN A 192.0.2.1"), signer.zone).has_value());
  for (const auto algorithm : std::to_array<std::uint8_t>({0, 1, 3, 5, 6, 7, 12, 17, 200, 253, 255})) {
    EXPECT_FALSE(is_supported_algorithm(algorithm)) << int{algorithm};
  }
  for (const auto digest : std::to_array<std::uint8_t>({0, 1, 3, 5, 255}))
    EXPECT_FALSE(is_supported_digest(digest)) << int{digest};
}

TEST(DnsSignature, OneGoodOneAmongWrongOnesIsEnough) {
  const Signer signer("test");
  RecordSet set = signer.signed_set("www.test. 300 IN A 192.0.2.1");
  Record wrong = set.signatures.front();
  wrong.rdata.back() ^= 1;
  set.signatures.insert(set.signatures.begin(), 5, wrong);
  EXPECT_TRUE(verify(set, signer.zone).has_value());
}

TEST(DnsSignature, WorkOverOneSetIsBounded) {
  const Signer signer("test");
  RecordSet set = signer.signed_set("www.test. 300 IN A 192.0.2.1");
  Record wrong = set.signatures.front();
  wrong.rdata.back() ^= 1;
  set.signatures.insert(set.signatures.begin(), Effort::kSignaturesOfSet, wrong);
  Effort effort;
  const auto verified = verify_set(set, signer.zone, kNow, effort);
  ASSERT_FALSE(verified.has_value());
  EXPECT_EQ(verified.error().kind, ErrorKind::TooLarge);
  EXPECT_EQ(effort.signatures, Effort::kSignatures - Effort::kSignaturesOfSet);
}

TEST(DnsSignature, WorkForOneLookupIsBounded) {
  const Signer signer("test");
  const RecordSet set = signer.signed_set("www.test. 300 IN A 192.0.2.1");
  Effort effort{.signatures = 1};
  EXPECT_TRUE(verify_set(set, signer.zone, kNow, effort).has_value());
  const auto second = verify_set(set, signer.zone, kNow, effort);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::TooLarge);
}

TEST(DnsKeys, AreNamedByTheirDs) {
  const Signer signer("test");
  const Signer other("test");
  EXPECT_TRUE(names_key(signer.ds, signer.zone.keys.front()));
  EXPECT_FALSE(names_key(other.ds, signer.zone.keys.front()));
  for (std::size_t at = 0; at < signer.ds.rdata.size(); ++at) {
    Record changed = signer.ds;
    changed.rdata[at] ^= 1;
    EXPECT_FALSE(names_key(changed, signer.zone.keys.front())) << at;
  }
  Record elsewhere = signer.ds;
  elsewhere.owner = name("else");
  EXPECT_FALSE(names_key(elsewhere, signer.zone.keys.front()));
}

TEST(DnsKeys, AreGoodWhenTheNamedOneSignedThemAll) {
  const Signer signer("test");
  const Signer second("test", LDNS_SIGN_ED25519, 256);
  const auto verify_with = [](const RecordSet& keys, const Record& ds) {
    Effort effort;
    return verify_keys(keys, {&ds, 1}, kNow, effort);
  };
  RecordSet keys{.owner = name("test"), .type = RecordType::Dnskey};
  keys.records = {signer.zone.keys.front(), second.zone.keys.front()};
  keys.signatures = {second.signature(keys.records)};
  EXPECT_FALSE(verify_with(keys, signer.ds).has_value());  // signed, but by the other one
  keys.signatures.push_back(signer.signature(keys.records));
  EXPECT_TRUE(verify_with(keys, signer.ds).has_value());
  const Signer stranger("test");
  EXPECT_TRUE(why(verify_with(keys, stranger.ds)).contains("the zone above vouches for"));
  keys.records.push_back(stranger.zone.keys.front());
  EXPECT_FALSE(verify_with(keys, signer.ds).has_value());
  Record old_algorithm = signer.ds;
  old_algorithm.rdata[kAlgorithmAt] = 5;
  EXPECT_FALSE(verify_with(keys, old_algorithm).has_value());
}

}  // namespace
}  // namespace tlscore::dns
