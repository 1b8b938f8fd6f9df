// What is a response to our question, and what is not.
#include <gtest/gtest.h>

#include "tests/unit/dns_signer.h"
#include "tlscore/base/byte_reader.h"
#include "tlscore/dns/message.h"

namespace tlscore::dns {
namespace {

using testing::name;

const Question kQuestion{.name = name("www.test"), .type = RecordType::A};
constexpr std::array<std::uint8_t, 2> kCapitals{0xff, 0xff};

Bytes query(const Question& question = kQuestion, Ask ask = Ask::ForProofs) {
  return make_query(question, ask, 0x1234, {});
}

/// A response with these flags and counts, the question of kQuestion and then `rest`.
Bytes response(std::uint16_t flags, std::uint16_t answers, std::string_view rest,
               std::uint16_t questions = 1) {
  ByteWriter out;
  out.u16(0x1234);
  out.u16(flags);
  out.u16(questions);
  out.u16(answers);
  out.u16(0);
  out.u16(0);
  out.bytes(kQuestion.name.wire());
  out.u16(1);
  out.u16(1);
  out.bytes(as_bytes(rest));
  return out.take();
}

constexpr std::string_view kAddress("\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\300\0\2\1", 16);

TEST(DnsMessage, ReadsAnAnswer) {
  const auto message = parse_response(response(0x81a0, 1, kAddress));
  ASSERT_TRUE(message.has_value()) << message.error().message;
  EXPECT_EQ(message->question, kQuestion);
  EXPECT_TRUE(message->authentic);
  EXPECT_FALSE(message->truncated);
  EXPECT_EQ(message->code, ResponseCode::NoError);
  ASSERT_EQ(message->answer.size(), 1U);
  EXPECT_EQ(message->answer.front(), testing::record("www.test. 300 IN A 192.0.2.1"));
}

TEST(DnsMessage, OfATruncatedOneOnlyTheQuestionIsRead) {
  const auto message = parse_response(response(0x8380, 7, "\xc0"));
  ASSERT_TRUE(message.has_value());
  EXPECT_TRUE(message->truncated);
  EXPECT_TRUE(message->answer.empty());
}

TEST(DnsMessage, RefusesWhatIsNoResponse) {
  EXPECT_FALSE(parse_response(query()).has_value());
  EXPECT_FALSE(parse_response(response(0x8980, 1, kAddress)).has_value());            // another opcode
  EXPECT_FALSE(parse_response(response(0x8180, 0, "", 0)).has_value());               // no question
  EXPECT_FALSE(parse_response(response(0x8180, 0, "\1a\0\0\1\0\1", 2)).has_value());  // two
  EXPECT_FALSE(parse_response({}).has_value());
}

TEST(DnsMessage, RefusesOneThatIsCutOff) {
  const Bytes whole = response(0x8180, 1, kAddress);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    EXPECT_FALSE(parse_response(ByteView(whole).first(n)).has_value()) << n;
  }
}

TEST(DnsMessage, RefusesPointersInCirclesAndForwards) {
  for (const std::string_view rest : {std::string_view("\xc0\x1a\0\1\0\1\0\0\0\0\0\0", 12),
                                      std::string_view("\xc0\xff\0\1\0\1\0\0\0\0\0\0", 12)}) {
    EXPECT_FALSE(parse_response(response(0x8180, 1, rest)).has_value());
  }
}

TEST(DnsMessage, RefusesTooManyRecords) {
  const auto refused = parse_response(response(0x8180, kMaxRecords + 1, kAddress));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::TooLarge);
}

TEST(DnsMessage, OtherClassesAreLeftOut) {
  std::string chaos(kAddress);
  chaos[5] = 3;
  const auto message = parse_response(response(0x8180, 1, chaos));
  ASSERT_TRUE(message.has_value());
  EXPECT_TRUE(message->answer.empty());
}

TEST(DnsMessage, ATtlBeyondItsBoundIsZero) {
  std::string endless(kAddress);
  endless[6] = '\xff';
  const auto message = parse_response(response(0x8180, 1, endless));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->answer.front().ttl, 0U);
}

TEST(DnsMessage, AQueryAsksAsItIsTold) {
  // Bits of the header's second word, and DO in the OPT record.
  const auto flags = [](Ask ask) {
    const Bytes octets = query(kQuestion, ask);
    return std::vector<int>{octets[3], octets[octets.size() - 4]};
  };
  EXPECT_EQ(flags(Ask::ForProofs), (std::vector<int>{0x10, 0x80}));
  EXPECT_EQ(flags(Ask::ForVerdict), (std::vector<int>{0x20, 0}));
  EXPECT_EQ(flags(Ask::Unchecked), (std::vector<int>{0x10, 0}));
  EXPECT_EQ(query()[2], 1);  // recursion desired
}

TEST(DnsMessage, OnlyTheSameQuestionMatches) {
  const Bytes asked = make_query(kQuestion, Ask::ForProofs, 0x1234, kCapitals);
  Bytes answered = response(0x8180, 0, "");
  EXPECT_EQ(match_response(asked, answered), Match::OtherCase);
  EXPECT_EQ(match_response(query(), answered), Match::Exact);
  EXPECT_EQ(match_response(asked, asked), Match::Exact);
  answered[0] ^= 1;
  EXPECT_EQ(match_response(query(), answered), Match::No);
  answered[0] ^= 1;
  for (const std::size_t at : {std::size_t{13}, answered.size() - 1, answered.size() - 3}) {
    Bytes other = answered;
    other[at] ^= 1;
    EXPECT_EQ(match_response(query(), other), Match::No) << at;
  }
  for (std::size_t n = 0; n < answered.size(); ++n) {
    EXPECT_EQ(match_response(query(), ByteView(answered).first(n)), Match::No) << n;
  }
}

TEST(DnsMessage, CapitalsAreWhereTheBitsAre) {
  constexpr std::array<std::uint8_t, 1> kBits{0b0000'0101};
  const Bytes octets = make_query(kQuestion, Ask::ForProofs, 1, kBits);
  EXPECT_EQ(as_text(ByteView(octets).subspan(12, 10)), std::string_view("\3WwW\4test\0", 10));
}

}  // namespace
}  // namespace tlscore::dns
