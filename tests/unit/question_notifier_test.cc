// A question in the words of a notification. What a desktop does with it is test_question_notifications.py's.
#include "proxy/question_notifier.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using udev::Notification;
using Choice = OpenQuestion::Choice;

OpenQuestion question(std::vector<Choice> choices) {
  OpenQuestion made;
  made.party = "party.example:443";
  made.text = "Which identity may party.example see?";
  made.choices = std::move(choices);
  return made;
}

Notification shown(const OpenQuestion& asked) {
  return question_notification(asked, "http://127.0.0.1:9/");
}

TEST(QuestionNotification, HasAButtonForEachChoiceAndNamesThePage) {
  const auto made = shown(question({{"key-1", "Jane", "1234"}, {"none", "Nobody", ""}}));
  EXPECT_EQ(made.summary, "Which identity may party.example see?");
  EXPECT_EQ(made.body, "Asked for a connection to party.example:443.\nAnswer here or on http://127.0.0.1:9/");
  EXPECT_EQ(made.body_without_actions,
            "Asked for a connection to party.example:443.\nAnswer on http://127.0.0.1:9/");
  const std::vector<Notification::Action> buttons = {{"answer-key-1", "Jane"}, {"answer-none", "Nobody"}};
  EXPECT_EQ(made.actions, buttons);
}

TEST(QuestionNotification, TellsChoicesOfOneNameApartByTheirNotes) {
  const auto made =
      shown(question({{"key-1", "Jane", "1234"}, {"key-2", "Jane", "5678"}, {"none", "Nobody", ""}}));
  ASSERT_EQ(made.actions.size(), 3U);
  EXPECT_EQ(made.actions[0].label, "Jane (1234)");
  EXPECT_EQ(made.actions[1].label, "Jane (5678)");
  EXPECT_EQ(made.actions[2].label, "Nobody");
}

TEST(QuestionNotification, HasNoButtonsWhereTwoWouldLookTheSame) {
  const auto same = shown(question({{"key-1", "Jane", "1234"}, {"key-2", "Jane", "1234"}}));
  EXPECT_TRUE(same.actions.empty());
  EXPECT_EQ(same.body, same.body_without_actions);
  const std::string long_name(200, 'J');
  EXPECT_TRUE(
      shown(question({{"key-1", long_name + "1", ""}, {"key-2", long_name + "2", ""}})).actions.empty());
}

TEST(QuestionNotification, LeavesMoreChoicesThanADesktopShowsToThePage) {
  const std::vector<Choice> three = {{"a", "A", ""}, {"b", "B", ""}, {"c", "C", ""}};
  EXPECT_EQ(shown(question(three)).actions.size(), 3U);
  auto four = three;
  four.push_back({"d", "D", ""});
  EXPECT_TRUE(shown(question(four)).actions.empty());
}

TEST(QuestionNotification, ShowsNoControlNoTurnedTextAndNoInvalidUtf8) {
  auto asked = question({{"key-1", "Jane\n\xe2\x80\xaegpj\xff", ""}});
  asked.text = "Which\r\nidentity?";
  asked.party = "a\tb:443";
  const auto made = shown(asked);
  EXPECT_EQ(made.summary, "Which??identity?");
  EXPECT_TRUE(made.body.starts_with("Asked for a connection to a?b:443.\n")) << made.body;
  ASSERT_EQ(made.actions.size(), 1U);
  EXPECT_EQ(made.actions[0].label, "Jane????gpj\\xff");
}

TEST(QuestionNotification, CutsLongTextBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 1000; ++i) umlauts += "\xc3\xa4";
  auto asked = question({{"key-1", "x" + umlauts, ""}});
  asked.text = umlauts;
  const auto made = shown(asked);
  EXPECT_EQ(made.summary, umlauts.substr(0, 300) + "...");
  EXPECT_EQ(made.actions.at(0).label, "x" + umlauts.substr(0, 78) + "...");
}

TEST(QuestionNotification, HasNoActionThatIsAClickBesideTheButtons) {
  EXPECT_EQ(shown(question({{"default", "Jane", ""}})).actions.at(0).id, "answer-default");
}

}  // namespace
}  // namespace proxy
