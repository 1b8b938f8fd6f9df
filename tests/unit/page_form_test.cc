// What a form may be.
#include "proxy/page_form.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using tlscore::ErrorKind;

ErrorKind kind_of(std::string_view body) {
  const auto form = parse_page_form(body);
  EXPECT_FALSE(form.has_value()) << body;
  return form ? ErrorKind::Internal : form.error().kind;
}

TEST(PageForm, IsNamesAndValues) {
  const auto form = parse_page_form("key=ab12&connection=7&empty=&bare");
  ASSERT_TRUE(form.has_value());
  EXPECT_EQ(*form, (PageForm{{"key", "ab12"}, {"connection", "7"}, {"empty", ""}, {"bare", ""}}));
  EXPECT_EQ(form_value(*form, "key"), "ab12");
  EXPECT_EQ(form_value(*form, "none"), "");
}

TEST(PageForm, MayBeEmpty) {
  EXPECT_EQ(parse_page_form("").value(), PageForm());
}

TEST(PageForm, IsDecodedOnce) {
  EXPECT_EQ(parse_page_form("a%3db=%26+%2B%2525").value(), (PageForm{{"a=b", "& +%25"}}));
}

TEST(PageForm, KeepsEqualsSignsOfTheValue) {
  EXPECT_EQ(parse_page_form("a=b=c").value(), (PageForm{{"a", "b=c"}}));
}

TEST(PageForm, RefusesAPercentSignWithoutTwoDigits) {
  for (const std::string_view body : {"a=%", "a=%4", "a=%4g", "a=%-1", "a=%+1", "%=a", "a=% 1"})
    EXPECT_EQ(kind_of(body), ErrorKind::Malformed);
}

TEST(PageForm, RefusesAFieldThatComesTwice) {
  EXPECT_EQ(kind_of("key=a&key=b"), ErrorKind::Malformed);
  EXPECT_EQ(kind_of("key=a&%6bey=b"), ErrorKind::Malformed);
}

TEST(PageForm, RefusesAFieldWithoutAName) {
  for (const std::string_view body : {"=a", "&", "a=b&&c=d"}) EXPECT_EQ(kind_of(body), ErrorKind::Malformed);
}

TEST(PageForm, RefusesWhatIsNotPrintableAscii) {
  for (const std::string_view body : {"a=%00", "a=%0a", "a=\r\nb", "a=%ff", "a=\xc3\xa4", "%1b=a"})
    EXPECT_EQ(kind_of(body), ErrorKind::Malformed);
}

TEST(PageForm, IsBounded) {
  EXPECT_TRUE(parse_page_form("a=" + std::string(kMaxFormBytes - 2, 'x')).has_value());
  EXPECT_EQ(kind_of("a=" + std::string(kMaxFormBytes - 1, 'x')), ErrorKind::TooLarge);
  std::string many;
  for (std::size_t i = 0; i < kMaxFormFields; ++i) many += "f" + std::to_string(i) + "=x&";
  EXPECT_TRUE(parse_page_form(many).has_value());
  EXPECT_EQ(kind_of(many + "last=x"), ErrorKind::TooLarge);
}

}  // namespace
}  // namespace proxy
