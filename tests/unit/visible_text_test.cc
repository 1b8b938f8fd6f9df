// What is shown is what is written.
#include "proxy/visible_text.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

TEST(VisibleText, HasNoControls) {
  EXPECT_EQ(visible_text("a\r\n\t\x1b[2J\x7f"), "a????[2J?");
  EXPECT_EQ(visible_text("\xc2\x9b"
                         "31m"),
            "\xc2?31m");
}

TEST(VisibleText, HasNothingThatTurnsItAround) {
  // No literals, because tools take these characters for an attack on the source.
  const auto in_utf8 = [](std::initializer_list<unsigned> octets) {
    std::string text;
    for (const unsigned octet : octets) text += static_cast<char>(octet);
    return text;
  };
  for (const std::string& turning :
       {in_utf8({0xd8, 0x9c}), in_utf8({0xe2, 0x80, 0x8e}), in_utf8({0xe2, 0x80, 0x8f}),
        in_utf8({0xe2, 0x80, 0xa8}), in_utf8({0xe2, 0x80, 0xa9}), in_utf8({0xe2, 0x80, 0xaa}),
        in_utf8({0xe2, 0x80, 0xae}), in_utf8({0xe2, 0x81, 0xa6}), in_utf8({0xe2, 0x81, 0xa9})}) {
    const std::string marks(turning.size(), '?');
    EXPECT_EQ(visible_text("a" + turning + "b"), "a" + marks + "b");
    EXPECT_EQ(visible_text(turning), marks);
  }
}

TEST(VisibleText, KeepsWordsOfAllScripts) {
  for (const std::string_view text :
       {"Jürgen", "שלום", "日本", "\xe2\x80\x93", "\xe2\x80\xaf", "\xe2\x81\xa5", "\xd8\x9b", "\xe2\x80"})
    EXPECT_EQ(visible_text(text), text);
}

}  // namespace
}  // namespace proxy
