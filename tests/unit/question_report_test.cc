// Open questions as `status` tells of them: whatever a certificate's name holds, what is told is one line.
#include "proxy/question_report.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

class OneQuestion final : public OpenQuestions {
 public:
  [[nodiscard]] std::vector<OpenQuestion> open() const override { return {question}; }
  tlscore::Result<void> answer(std::uint64_t /*question*/, const std::string& /*choice*/) override {
    return {};
  }

  OpenQuestion question{.id = 7,
                        .party = "party.test",
                        .text = "Which?",
                        .since = {},
                        .waiting = 2,
                        .choices = {{.id = "none", .text = "None", .note = "go on"}}};
};

TEST(QuestionReport, TellsWhatIsAskedAndWhatCanBeAnswered) {
  const auto report = questions_report(OneQuestion());
  ASSERT_EQ(report.size(), 1U);
  EXPECT_EQ(report[0]["id"], 7);
  EXPECT_EQ(report[0]["party"], "party.test");
  EXPECT_EQ(report[0]["waiting"], 2);
  EXPECT_EQ(report[0]["choices"], (nlohmann::json{{{"id", "none"}, {"text", "None"}, {"note", "go on"}}}));
}

TEST(QuestionReport, HasNoControlCharacters) {
  OneQuestion asked;
  asked.question.text = "Which\x1b[2J?";
  asked.question.choices[0].text = "Al\x1b]0;ice";
  asked.question.choices[0].note = "a\nb";
  const auto report = questions_report(asked);
  const std::string text = question_text(report[0], "http://127.0.0.1:6091/");
  EXPECT_FALSE(text.contains('\x1b'));
  EXPECT_FALSE(report[0]["choices"][0]["note"].get<std::string>().contains('\n'));
  EXPECT_TRUE(text.contains("http://127.0.0.1:6091/"));
}

}  // namespace
}  // namespace proxy
