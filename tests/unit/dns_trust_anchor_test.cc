// The root key, as a file has it.
#include <gtest/gtest.h>

#include "tlscore/dns/trust_anchor.h"

namespace tlscore::dns {
namespace {

// The DS and the DNSKEY of the root's key of 2017, as IANA publishes them.
constexpr std::string_view kDs =
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";
constexpr std::string_view kKey =
    ". IN DNSKEY 257 3 8 "
    "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5em"
    "LvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/"
    "EWgvIW"
    "gb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/"
    "ilBmSVIzuDWfdRUfhHdY6+cn8HFR"
    "m+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU= ; keytag 20326\n";

std::string why(const Result<TrustAnchor>& anchor) {
  return anchor ? "it is good" : anchor.error().message;
}

TEST(DnsTrustAnchor, AKeyAndItsDsAreTheSame) {
  const auto by_ds = parse_trust_anchor(kDs);
  const auto by_key = parse_trust_anchor(kKey);
  ASSERT_TRUE(by_ds.has_value()) << why(by_ds);
  ASSERT_TRUE(by_key.has_value()) << why(by_key);
  ASSERT_EQ(by_ds->ds.size(), 1U);
  EXPECT_EQ(by_ds->ds.front().rdata, by_key->ds.front().rdata);
}

TEST(DnsTrustAnchor, TakesSeveralWithCommentsBlanksAndParentheses) {
  std::string text = "; the root's\n\n" + std::string(kDs) + "\t\n" + std::string(kKey);
  text += ". 172800 IN DS ( 38696 8 2\n 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16 )";
  const auto anchor = parse_trust_anchor(text);
  ASSERT_TRUE(anchor.has_value()) << why(anchor);
  EXPECT_EQ(anchor->ds.size(), 3U);
}

TEST(DnsTrustAnchor, RefusesWhatIsNoneOfTheRoot) {
  for (const std::string_view text :
       {"", "; nothing\n", ". IN A 192.0.2.1\n",
        "test. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n",
        ". IN DS 20326\n",
        ". CH DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n",
        "no zone file\n"}) {
    EXPECT_FALSE(parse_trust_anchor(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_trust_anchor(std::string(kDs) + ". IN NS ns.test.\n").has_value());
}

TEST(DnsTrustAnchor, RefusesDirectivesOfZoneFiles) {
  for (const std::string_view line :
       {"$ORIGIN\tz\n", "$ORIGIN .\n", "$ORIGIN z\n$ORIGIN y\n", "$INCLUDE /etc/passwd\n"})
    EXPECT_FALSE(parse_trust_anchor(std::string(line) + std::string(kDs)).has_value()) << line;
}

TEST(DnsTrustAnchor, RefusesOneThatLeadsNowhere) {
  const auto anchor = parse_trust_anchor(
      ". IN DS 20326 5 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n");
  ASSERT_FALSE(anchor.has_value());
  EXPECT_EQ(anchor.error().kind, ErrorKind::Unsupported);
}

TEST(DnsTrustAnchor, SaysThatItsFileIsMissing) {
  const auto anchor = load_trust_anchor("/nowhere/root.key");
  ASSERT_FALSE(anchor.has_value());
  EXPECT_EQ(anchor.error().kind, ErrorKind::NotFound);
  EXPECT_EQ(anchor.error().message, "the trust anchor /nowhere/root.key cannot be read");
}

}  // namespace
}  // namespace tlscore::dns
