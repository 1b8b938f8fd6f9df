// Answers of people, and of those who give none.
#include "proxy/dialogue.h"

#include <gtest/gtest.h>

#include <sstream>

namespace proxy {
namespace {

/// A dialogue with these lines as answers.
struct Typed {
  explicit Typed(const std::string& lines) : in(lines), dialogue(in, out) {}
  std::istringstream in;
  std::ostringstream out;
  Dialogue dialogue;
};

TEST(Dialogue, AnAnswerIsALineWithoutTheSpaceAroundIt) {
  Typed typed(" a b \t\r\n\nlast");
  EXPECT_EQ(typed.dialogue.ask("What"), "a b");
  EXPECT_EQ(typed.dialogue.ask("What", "usual"), "usual");
  EXPECT_EQ(typed.dialogue.ask("What"), "last") << "also where the line has no end";
  EXPECT_EQ(typed.dialogue.ask("What"), std::nullopt);
  EXPECT_TRUE(typed.out.str().contains("What [usual]: "));
}

TEST(Dialogue, ALineThatIsTooLongEndsIt) {
  EXPECT_TRUE(Typed(std::string(Dialogue::kMaxAnswerBytes, 'a') + "\n").dialogue.ask("What"));
  EXPECT_FALSE(Typed(std::string(Dialogue::kMaxAnswerBytes + 1, 'a') + "\n").dialogue.ask("What"));
}

TEST(Dialogue, OnlyYesIsYes) {
  EXPECT_EQ(Typed("y\n").dialogue.confirm("Sure"), true);
  EXPECT_EQ(Typed("yes\n").dialogue.confirm("Sure"), true);
  EXPECT_EQ(Typed("\n").dialogue.confirm("Sure"), false);
  EXPECT_EQ(Typed("n\n").dialogue.confirm("Sure"), false);
  EXPECT_EQ(Typed("maybe\ny\n").dialogue.confirm("Sure"), true) << "asked again";
  EXPECT_EQ(Typed("1\n2\n3\n4\n5\ny\n").dialogue.confirm("Sure"), std::nullopt);
  EXPECT_EQ(Typed("").dialogue.confirm("Sure"), std::nullopt);
}

TEST(Dialogue, AChoiceIsOneOfTheNumbersShown) {
  EXPECT_EQ(Typed("2\n").dialogue.choose("Which", {"a", "b"}), 1U);
  EXPECT_EQ(Typed("\n").dialogue.choose("Which", {"a", "b"}, 1), 1U);
  EXPECT_EQ(Typed("0\n3\n1x\n-1\n18446744073709551617\n1\n").dialogue.choose("Which", {"a", "b"}),
            std::nullopt);
  EXPECT_EQ(Typed("3\n1\n").dialogue.choose("Which", {"a", "b"}), 0U);
}

}  // namespace
}  // namespace proxy
