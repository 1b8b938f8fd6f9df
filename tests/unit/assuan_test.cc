// Lines from a pinentry program, and lines to it.
#include "tlscore/token/assuan.h"

#include <gtest/gtest.h>

namespace tlscore::token {
namespace {

std::string decoded(std::string_view data) {
  Secret secret;
  const auto outcome = decode_assuan_data(data, secret);
  return outcome ? std::string(secret.reveal()) : "refused";
}

TEST(Assuan, KnowsEveryKindOfResponse) {
  EXPECT_EQ(parse_assuan_line("OK")->response, AssuanResponse::Ok);
  EXPECT_EQ(parse_assuan_line("OK Pleased to meet you")->response, AssuanResponse::Ok);
  EXPECT_EQ(parse_assuan_line("D 1234")->rest, "1234");
  EXPECT_EQ(parse_assuan_line("D  1")->rest, " 1") << "only one space separates";
  EXPECT_EQ(parse_assuan_line("S PROGRESS")->response, AssuanResponse::Other);
  EXPECT_EQ(parse_assuan_line("# comment")->response, AssuanResponse::Other);
  EXPECT_EQ(parse_assuan_line("")->response, AssuanResponse::Other);
  EXPECT_EQ(parse_assuan_line("INQUIRE QUALITY")->response, AssuanResponse::Inquire);
}

TEST(Assuan, ReadsTheNumberOfAnError) {
  const auto line = parse_assuan_line("ERR 83886179 Operation cancelled <Pinentry>");
  EXPECT_EQ(line->response, AssuanResponse::Error);
  EXPECT_EQ(line->code & 0xffffU, 99U);
}

TEST(Assuan, RefusesWhatNoServerSays) {
  for (const char* line :
       {"OKAY", "ok", "DATA 1", "HELLO", "ERR", "ERR x", "ERR 99999999999999999999", " OK"}) {
    EXPECT_EQ(parse_assuan_line(line).error().kind, ErrorKind::Malformed) << line;
  }
}

TEST(Assuan, DecodesPercentSequences) {
  EXPECT_EQ(decoded("1234"), "1234");
  EXPECT_EQ(decoded("a%25b%0Ac%0a"), "a%b\nc\n");
  EXPECT_EQ(decoded("%31%32"), "12");
  EXPECT_EQ(decoded(""), "");
}

TEST(Assuan, RefusesBrokenPercentSequences) {
  for (const char* data : {"%", "%2", "1%", "%zz", "%2g", "%%%"}) EXPECT_EQ(decoded(data), "refused") << data;
}

TEST(Assuan, RefusesMoreThanASecretHolds) {
  Secret secret;
  EXPECT_EQ(decode_assuan_data(std::string(257, '1'), secret).error().kind, ErrorKind::TooLarge);
}

TEST(Assuan, ATextCannotEndItsLine) {
  EXPECT_EQ(encode_assuan_text("a\nSETDESC x"), "a%0aSETDESC x");
  EXPECT_EQ(encode_assuan_text("100 %\r\x7f\x1b"), "100 %25%0d%7f%1b");
  EXPECT_EQ(encode_assuan_text("caf\xc3\xa9"), "caf\xc3\xa9");
}

}  // namespace
}  // namespace tlscore::token
