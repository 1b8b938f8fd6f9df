// What was found last, and how much of it is kept.
#include "proxy/last_judgements.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

tlscore::judge::Judgement says(std::string summary) {
  tlscore::judge::Judgement judgement;
  judgement.summary = std::move(summary);
  return judgement;
}

TEST(LastJudgements, ANewOneTakesThePlaceOfTheOldOne) {
  LastJudgements judgements;
  judgements.found("*.test", "a.test:443", says("first"));
  judgements.found("*.test", "b.test:443", says("other"));
  judgements.found("*.test", "a.test:443", says("second"));
  ASSERT_EQ(judgements.all().size(), 2U);
  EXPECT_EQ(judgements.all().front().destination, "a.test:443");
  EXPECT_EQ(judgements.all().front().judgement.summary, "second");
  EXPECT_EQ(judgements.all().back().judgement.summary, "other");
}

TEST(LastJudgements, TheOldestGoesWhenThereAreTooMany) {
  LastJudgements judgements;
  for (std::size_t i = 0; i <= LastJudgements::kKept; ++i)
    judgements.found("*.test", std::to_string(i) + ".test:443", says(""));
  EXPECT_EQ(judgements.all().size(), LastJudgements::kKept);
  EXPECT_EQ(judgements.all().back().destination, "1.test:443");
}

TEST(LastJudgements, AreForgottenTogether) {
  LastJudgements judgements;
  judgements.found("a.test", "a.test:443", says(""));
  judgements.forget();
  EXPECT_TRUE(judgements.all().empty());
}

}  // namespace
}  // namespace proxy
