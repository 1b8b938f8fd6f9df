// Names: what is one, how they are ordered, what lies below what.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/dns_signer.h"
#include "tlscore/dns/name.h"

namespace tlscore::dns {
namespace {

using testing::name;

TEST(DnsName, IsFoldedAndHasNoFinalDot) {
  EXPECT_EQ(name("WWW.Example.").text(), "www.example");
  EXPECT_EQ(name("www.example"), name("WWW.EXAMPLE."));
  EXPECT_EQ(name(".").text(), ".");
  EXPECT_TRUE(name("").is_root());
}

TEST(DnsName, RefusesWhatIsNone) {
  const std::string long_label(64, 'a');
  std::string too_long;
  for (int i = 0; i < 64; ++i) too_long += "abc.";
  for (const std::string& text :
       {std::string("a..b"), std::string(".a"), std::string("a b"), std::string("a\\b"),
        std::string("b\xc3\xbc"), std::string("a\0b", 3), long_label, too_long}) {
    EXPECT_FALSE(Name::parse(text).has_value()) << text;
  }
  EXPECT_TRUE(Name::parse(std::string(63, 'a')).has_value());
}

TEST(DnsName, ReadsWholeUncompressedWireOnly) {
  const auto read = [](std::string_view octets) { return Name::from_wire(as_bytes(octets)); };
  EXPECT_EQ(read(std::string_view("\3WWW\4test\0", 10)), name("www.test"));
  EXPECT_EQ(read(std::string_view("\0", 1)), Name());
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("\3www"));                               // no end
  EXPECT_FALSE(read(std::string_view("\3www\0x", 6)));       // more behind it
  EXPECT_FALSE(read(std::string_view("\3www\xc0\x0c", 6)));  // a pointer
  EXPECT_FALSE(read(std::string("\100") + std::string(64, 'a') + std::string(1, '\0')));
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "\1a";
  EXPECT_TRUE(read(longest + '\0'));  // 255 octets
  EXPECT_FALSE(read("\1a" + longest + '\0'));
}

TEST(DnsName, ShowsStrangeOctetsAsNumbers) {
  const auto strange = Name::from_wire(as_bytes(std::string_view("\4a.\n\xff\0", 6)));
  ASSERT_TRUE(strange);
  EXPECT_EQ(strange->text(), "a\\046\\010\\255");
}

TEST(DnsName, KnowsWhatLiesBelowWhat) {
  EXPECT_TRUE(name("a.b.test").is_under(name("b.test")));
  EXPECT_TRUE(name("b.test").is_under(name("b.test")));
  EXPECT_TRUE(name("b.test").is_under(Name()));
  EXPECT_FALSE(name("ab.test").is_under(name("b.test")));
  EXPECT_FALSE(name("test").is_under(name("b.test")));
  EXPECT_EQ(name("a.b.test").last(2), name("b.test"));
  EXPECT_EQ(name("a.b.test").last(0), Name());
  EXPECT_EQ(name("a.b.test").parent(), name("b.test"));
  EXPECT_EQ(Name().parent(), Name());
  EXPECT_EQ(name("a.b.test").labels(), 3U);
}

TEST(DnsName, MovesBelowAnotherName) {
  EXPECT_EQ(name("a.b.test").moved(name("test"), name("else.where")), name("a.b.else.where"));
  EXPECT_FALSE(name("a.b.test").moved(name("other"), name("where")));
  const Name longest = *name(std::string(63, 'a') + "." + std::string(63, 'b')).child(std::string(63, 'c'));
  EXPECT_FALSE(longest.moved(Name(), name(std::string(63, 'd'))));
}

TEST(DnsName, GrowsToItsBoundOnly) {
  EXPECT_EQ(name("test").child("_443"), name("_443.test"));
  EXPECT_FALSE(name("test").child(""));
  EXPECT_FALSE(name("test").child(std::string(64, 'a')));
  Name grown;
  int labels = 0;
  while (auto child = grown.child("abc")) {
    grown = *child;
    ++labels;
  }
  EXPECT_EQ(labels, 63);  // 63 * 4 + 1 = 253
}

TEST(DnsName, IsOrderedAsInTheRfc) {
  // RFC 4034, section 6.1, without the names that the text form here cannot write.
  const std::vector<Name> in_order = {
      name("example"),
      name("a.example"),
      name("yljkjljk.a.example"),
      name("z.a.example"),
      name("zabc.a.example"),
      name("z.example"),
      *Name::from_wire(as_bytes(std::string_view("\1\1\1z\7example\0", 13))),
      name("*.z.example"),
      *Name::from_wire(as_bytes(std::string_view("\1\200\1z\7example\0", 13))),
  };
  EXPECT_TRUE(std::ranges::is_sorted(in_order));
  EXPECT_LT(Name(), name("example"));
}

}  // namespace
}  // namespace tlscore::dns
