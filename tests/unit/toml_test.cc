// Files that toml++ alone would end the process on, and that they are read otherwise as TOML is.
#include "proxy/toml.h"

#include <gtest/gtest.h>

#include <string>

namespace proxy {
namespace {

std::string refusal(std::string_view text) {
  const auto table = parse_toml(text, "f");
  return table ? "accepted" : table.error().message;
}

TEST(Toml, ATableWithoutANameIsComplainedOf) {
  for (const std::string_view text : {"[!]", "[[!]]", "[&", "[.a]", "[", "[["}) {
    EXPECT_TRUE(refusal(text).starts_with("f:1: ")) << text;
  }
}

TEST(Toml, CharactersThatAreNotAsciiAreForQuotesAndComments) {
  for (const std::string_view text :
       {"a = 1\n\xc2\xa7", "\n\xef\xbb\xbe", "a = 1\nb\xc3\xbc = 1", "a = 1\nb = \xc2\xa0 1",
        "a = ''\nb = '' \xc3\xbc", "a = \"\\\"\"\nb = \"\\\\\" \xc3\xbc"}) {
    EXPECT_EQ(refusal(text), "f:2: this character may stand only in quotes or a comment") << text;
  }
  EXPECT_EQ(refusal("a = \"\xc3\xbc#\" # \xc3\xbc \xef\xbf\xbe\nb = '\"' # \xc2\xa7\n\"\xc3\xbc\" = 1\n"),
            "accepted");
}

TEST(Toml, ControlCharactersAreRefused) {
  for (const std::string_view text :
       {std::string_view("a = 1 \0", 7), std::string_view("\f"), std::string_view("[\x01]"),
        std::string_view("a = \x7f 1"), std::string_view("\x1b[2J")}) {
    EXPECT_TRUE(refusal(text).starts_with("f:1: "));
  }
  EXPECT_EQ(refusal("a = 1\r\n\tb = 2\r\n"), "accepted");
}

TEST(Toml, TextInThreeQuotesIsRefused) {
  EXPECT_EQ(refusal("a = \"\"\"\\\n\xc2\xa7\"\"\"\n"), "f:1: text in three quotes is not used here");
  EXPECT_EQ(refusal("a = '''x'''\n"), "f:1: text in three quotes is not used here");
  EXPECT_EQ(refusal("a = \"'''\"\nb = '\"\"\"'\nc = \"\"\nd = ''\n"), "accepted");
}

TEST(Toml, AByteOrderMarkIsSkipped) {
  EXPECT_EQ(refusal("\xef\xbb\xbf"
                    "a = 1\n"),
            "accepted");
}

TEST(Toml, TextInQuotesMayHoldEveryCharacter) {
  const auto table = parse_toml(
      "a = \"\\t\xc3\xbc\xe2\x82\xac\xf0\x9f\x94\x91\xef\xbf\xbf\"\n\"\xc3\xbc\" = '\\u00fc'\n", "f");
  ASSERT_TRUE(table.has_value()) << table.error().message;
  EXPECT_EQ((*table)["a"].value<std::string>(), "\t\xc3\xbc\xe2\x82\xac\xf0\x9f\x94\x91\xef\xbf\xbf");
  EXPECT_EQ((*table)["\xc3\xbc"].value<std::string>(), "\\u00fc");
  EXPECT_EQ(refusal("\na = '\xc3\xbc'"), "f:2: text that is not ASCII has to stand in double quotes");
}

TEST(Toml, TextThatIsNotUtf8IsRefused) {
  for (const std::string_view octets :
       {"\xff", "\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\xaf",
        "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_EQ(refusal("a = 1\nb = \"" + std::string(octets) + "\""), "f:2: this is not UTF-8");
  }
}

TEST(Toml, AQuoteInTheMiddleOfAWordHidesNothing) {
  for (const std::string_view text :
       {"a = 0x\"\xcf\xbe\" ", "a = 0s[[\"\xcc\xa0\"", "a = 0.\"\xcc\xa0\"", "a = 0=\"\xcc\xa0\""}) {
    EXPECT_TRUE(refusal(text).starts_with("f:1: ")) << text;
  }
}

TEST(Toml, AnEndInQuotesIsRefused) {
  for (const std::string_view text : {"a = \"", "a = '", "a = \"\\", "a = \"b\\\""}) {
    EXPECT_EQ(refusal(text), "f:1: the text in quotes has no end on its line") << text;
  }
}

}  // namespace
}  // namespace proxy
