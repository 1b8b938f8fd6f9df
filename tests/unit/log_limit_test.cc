// How many lines of one kind the log takes.
#include "tlscore/base/log_limit.h"

#include <gtest/gtest.h>

namespace tlscore {
namespace {

TEST(LogLimit, TakesSoManyInAnIntervalAndTellsOfTheRest) {
  LogLimit limit;
  const LogLimit::Time begin{std::chrono::hours(1)};
  for (std::size_t i = 0; i < LogLimit::kLines; ++i) EXPECT_EQ(limit.admit(begin), 0U);
  for (int i = 0; i < 7; ++i)
    EXPECT_EQ(limit.admit(begin + LogLimit::kInterval - std::chrono::nanoseconds(1)), std::nullopt);
  EXPECT_EQ(limit.admit(begin + LogLimit::kInterval), 7U);
  EXPECT_EQ(limit.admit(begin + LogLimit::kInterval), 0U) << "told once";
}

TEST(LogLimit, AnIntervalBeginsWithItsFirstLine) {
  LogLimit limit;
  const LogLimit::Time begin{std::chrono::hours(1)};
  EXPECT_TRUE(limit.admit(begin));
  const LogLimit::Time later = begin + LogLimit::kInterval * 3;
  for (std::size_t i = 0; i < LogLimit::kLines; ++i) EXPECT_TRUE(limit.admit(later));
  EXPECT_FALSE(limit.admit(later + LogLimit::kInterval / 2));
}

}  // namespace
}  // namespace tlscore
