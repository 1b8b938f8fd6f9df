// TLSA records as text and as RDATA.
#include "tlscore/dns/tlsa_text.h"

#include <gtest/gtest.h>

namespace tlscore::dns {
namespace {

TEST(TlsaText, ReadsThreeNumbersAndOctets) {
  const auto record = parse_tlsa_text("3 1 1 0aFF");
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(*record, (TlsaRecord{3, 1, 1, {0x0a, 0xff}}));
  EXPECT_EQ(to_text(*record), "3 1 1 0aff");
  EXPECT_EQ(kind_text(*record), "3 1 1");
}

TEST(TlsaText, WhiteSpaceMayStandWithinTheDigits) {
  EXPECT_EQ(*parse_tlsa_text(" 3  1\t1 0a\nf f\r\n"), (TlsaRecord{3, 1, 1, {0x0a, 0xff}}));
}

TEST(TlsaText, NumbersThatMeanNothingToUsAreWellFormed) {
  EXPECT_EQ(*parse_tlsa_text("255 9 0 00"), (TlsaRecord{255, 9, 0, {0}}));
}

TEST(TlsaText, RefusesWhatIsNoRecord) {
  for (const char* text :
       {"", "3", "3 1", "3 1 1", "3 1 1 ", "3 1 1 0", "3 1 1 0g", "256 1 1 00", "-1 1 1 00", "3,1,1,00",
        "3 1 1-00", "311 00", "+3 1 1 00", "3.0 1 1 00", "DANE-EE 1 1 00", "0x3 1 1 00"}) {
    const auto record = parse_tlsa_text(text);
    ASSERT_FALSE(record) << text;
    EXPECT_EQ(record.error().kind, ErrorKind::Malformed) << text;
  }
}

TEST(TlsaText, RefusesWhatNoMessageCanHold) {
  EXPECT_TRUE(parse_tlsa_text("3 0 0 " + std::string(2 * TlsaRecord::kMaxData, '0')));
  const auto record = parse_tlsa_text("3 0 0 " + std::string(2 * TlsaRecord::kMaxData + 2, '0'));
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().kind, ErrorKind::TooLarge);
}

TEST(TlsaText, ReadsRdata) {
  EXPECT_EQ(*parse_tlsa_rdata(Bytes{2, 0, 1, 7, 8}), (TlsaRecord{2, 0, 1, {7, 8}}));
  EXPECT_EQ(*parse_tlsa_rdata(Bytes{2, 0, 1}), (TlsaRecord{2, 0, 1, {}}));
  EXPECT_EQ(parse_tlsa_rdata(Bytes{2, 0}).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(parse_tlsa_rdata(Bytes(65536)).error().kind, ErrorKind::TooLarge);
}

}  // namespace
}  // namespace tlscore::dns
