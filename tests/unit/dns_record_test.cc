// The fields of the records that DNSSEC is made of.
#include <gtest/gtest.h>

#include "tests/unit/dns_signer.h"
#include "tlscore/dns/record.h"

namespace tlscore::dns {
namespace {

using testing::name;
using testing::record;

std::optional<TypeBitmap> bitmap(std::initializer_list<std::uint8_t> octets) {
  return TypeBitmap::read(Bytes(octets));
}

TEST(DnsRecord, BitmapKnowsItsTypes) {
  const auto nsec = read_nsec(record("a.test. 300 IN NSEC b.test. A NS TLSA TYPE1234"));
  ASSERT_TRUE(nsec);
  for (const auto type : {RecordType::A, RecordType::Ns, RecordType::Tlsa, static_cast<RecordType>(1234)}) {
    EXPECT_TRUE(nsec->types.contains(type)) << to_string(type);
  }
  for (const auto type : {RecordType::Aaaa, RecordType::Cname, static_cast<RecordType>(1235),
                          static_cast<RecordType>(0), static_cast<RecordType>(65535)}) {
    EXPECT_FALSE(nsec->types.contains(type)) << to_string(type);
  }
  EXPECT_EQ(nsec->next, name("b.test"));
}

TEST(DnsRecord, RefusesABitmapOutOfForm) {
  EXPECT_TRUE(bitmap({}));
  EXPECT_TRUE(bitmap({0, 1, 0x40, 1, 1, 0x40}));
  EXPECT_FALSE(bitmap({0}));                       // no length
  EXPECT_FALSE(bitmap({0, 0}));                    // an empty window
  EXPECT_FALSE(bitmap({0, 2, 0x40}));              // cut off
  EXPECT_FALSE(bitmap({0, 1, 0x40, 0, 1, 0x40}));  // a window twice
  EXPECT_FALSE(bitmap({1, 1, 0x40, 0, 1, 0x40}));  // out of order
  Bytes long_window{0, 33};
  long_window.resize(35, 1);
  EXPECT_FALSE(TypeBitmap::read(long_window));
}

TEST(DnsRecord, ReadsASignature) {
  const auto signature = read_rrsig(
      record("www.test. 300 IN RRSIG TLSA 13 2 600 20270115080000 20270101080000 4711 test. YWJj"));
  ASSERT_TRUE(signature);
  EXPECT_EQ(signature->covered, RecordType::Tlsa);
  EXPECT_EQ(signature->algorithm, 13);
  EXPECT_EQ(signature->labels, 2);
  EXPECT_EQ(signature->original_ttl, 600U);
  EXPECT_EQ(signature->expiration, 1800000000U);
  EXPECT_EQ(signature->key_tag, 4711);
  EXPECT_EQ(signature->signer, name("test"));
}

TEST(DnsRecord, RefusesASignatureThatIsCutOff) {
  Record whole = record("www.test. 300 IN RRSIG A 13 2 600 20270115080000 20270101080000 4711 test. YWJj");
  const Bytes octets = whole.rdata;
  for (std::size_t n = 0; n <= octets.size() - 3; ++n) {  // without any octet of the signature itself, too
    whole.rdata.assign(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(n));
    EXPECT_FALSE(read_rrsig(whole)) << n;
  }
}

TEST(DnsRecord, ReadsAHashedOwner) {
  // From RFC 5155, appendix A.
  const auto nsec3 =
      read_nsec3(record("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. 300 IN NSEC3 1 1 12 aabbccdd "
                        "2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG"));
  ASSERT_TRUE(nsec3);
  EXPECT_EQ(to_hex(nsec3->hash), "065368abeed7ec6e9feba96b8c8bc3e8b791f716");
}

TEST(DnsRecord, RefusesAnotherTypesData) {
  const Record address = record("a.test. 300 IN A 192.0.2.1");
  EXPECT_FALSE(read_rrsig(address));
  EXPECT_FALSE(read_dnskey(address));
  EXPECT_FALSE(read_ds(address));
  EXPECT_FALSE(read_nsec(address));
  EXPECT_FALSE(read_nsec3(address));
  EXPECT_FALSE(read_target(address));
  EXPECT_FALSE(read_negative_ttl(address));
}

TEST(DnsRecord, AnAbsenceLastsAsTheSoaSays) {
  EXPECT_EQ(read_negative_ttl(record("test. 300 IN SOA ns.test. me.test. 1 2 3 4 60")),
            std::chrono::seconds(60));
  EXPECT_EQ(read_negative_ttl(record("test. 30 IN SOA ns.test. me.test. 1 2 3 4 60")),
            std::chrono::seconds(30));
}

TEST(DnsRecord, ASetHasItsRecordsOnceAndItsSignatures) {
  const std::vector<Record> section = {
      record("a.test. 300 IN A 192.0.2.1"),
      record("a.test. 200 IN A 192.0.2.1"),
      record("a.test. 300 IN A 192.0.2.2"),
      record("a.test. 300 IN AAAA ::1"),
      record("b.test. 300 IN A 192.0.2.3"),
      record("a.test. 300 IN RRSIG A 13 2 600 20270115080000 20270101080000 4711 test. YWJj"),
      record("a.test. 300 IN RRSIG AAAA 13 2 600 20270115080000 20270101080000 4711 test. YWJj"),
      record("b.test. 300 IN RRSIG A 13 2 600 20270115080000 20270101080000 4711 test. YWJj"),
  };
  const RecordSet set = find_set(section, name("a.test"), RecordType::A);
  EXPECT_EQ(set.records.size(), 2U);
  EXPECT_EQ(set.signatures.size(), 1U);
  EXPECT_TRUE(find_set(section, name("c.test"), RecordType::A).records.empty());
}

TEST(DnsRecord, TypesHaveNames) {
  EXPECT_EQ(to_string(RecordType::Tlsa), "TLSA");
  EXPECT_EQ(to_string(static_cast<RecordType>(65280)), "TYPE65280");
}

}  // namespace
}  // namespace tlscore::dns
