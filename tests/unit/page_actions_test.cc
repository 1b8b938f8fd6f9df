// What comes of a form's answer to a question.
#include "proxy/page_actions.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using namespace tlscore;

/// One question, 7, with the choices "a" and "b".
class OneQuestion final : public OpenQuestions {
 public:
  [[nodiscard]] std::vector<OpenQuestion> open() const override { return {}; }
  Result<void> answer(std::uint64_t question, const std::string& choice) override {
    if (question != 7) return fail(ErrorKind::NotFound, "it is not open");
    if (choice != "a" && choice != "b") return fail(ErrorKind::Malformed, "no such choice");
    given = choice;
    return {};
  }

  std::string given;
};

TEST(PageActions, AnAnswerIsBroughtToWhoAsked) {
  OneQuestion questions;
  EXPECT_TRUE(answer_question(questions, {{"question", "7"}, {"choice", "b"}}).has_value());
  EXPECT_EQ(questions.given, "b");
}

TEST(PageActions, AnAnswerToNothingOrWithoutAChoiceIsNone) {
  OneQuestion questions;
  for (const PageForm& form :
       {PageForm{}, PageForm{{"question", "7"}}, PageForm{{"question", "7"}, {"choice", "c"}},
        PageForm{{"question", "8"}, {"choice", "a"}}, PageForm{{"question", "7x"}, {"choice", "a"}},
        PageForm{{"question", "-7"}, {"choice", "a"}}, PageForm{{"question", "07 "}, {"choice", "a"}},
        PageForm{{"question", "18446744073709551623"}, {"choice", "a"}}, PageForm{{"choice", "a"}}}) {
    EXPECT_FALSE(answer_question(questions, form).has_value());
  }
  EXPECT_EQ(questions.given, "");
}

TEST(PageActions, ButtonsHavePathsOfTheirOwn) {
  for (const std::string_view path : {"/lock", "/close", "/answer"}) EXPECT_TRUE(is_action(path));
  for (const std::string_view path : {"/", "/lock/", "/Lock", "/events", "/proxy.pac", ""})
    EXPECT_FALSE(is_action(path));
}

}  // namespace
}  // namespace proxy
