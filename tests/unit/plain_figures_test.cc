// Rounded figures, in words.
#include "proxy/plain_figures.h"

#include <gtest/gtest.h>

#include <limits>

namespace proxy {
namespace {

using namespace std::chrono_literals;

TEST(PlainFigures, AgesAreRoundedDown) {
  EXPECT_EQ(age_text(0s), "a few seconds");
  EXPECT_EQ(age_text(9s), "a few seconds");
  EXPECT_EQ(age_text(10s), "10 seconds");
  EXPECT_EQ(age_text(59s), "50 seconds");
  EXPECT_EQ(age_text(60s), "1 minute");
  EXPECT_EQ(age_text(59min + 59s), "59 minutes");
  EXPECT_EQ(age_text(1h), "1 hour");
  EXPECT_EQ(age_text(47h), "1 day");
  EXPECT_EQ(age_text(72h), "3 days");
}

TEST(PlainFigures, AClockThatWasSetBackIsNoNegativeAge) {
  EXPECT_EQ(age_text(-5h), "a few seconds");
}

TEST(PlainFigures, SizesHaveTwoDigitsAtLeast) {
  EXPECT_EQ(size_text(0), "0 bytes");
  EXPECT_EQ(size_text(1), "1 byte");
  EXPECT_EQ(size_text(999), "999 bytes");
  EXPECT_EQ(size_text(1000), "1.0 kB");
  EXPECT_EQ(size_text(1290), "1.2 kB");
  EXPECT_EQ(size_text(999'999), "999 kB");
  EXPECT_EQ(size_text(1'000'000), "1.0 MB");
  EXPECT_EQ(size_text(34'500'000), "34 MB");
  EXPECT_EQ(size_text(5'600'000'000), "5.6 GB");
  EXPECT_EQ(size_text(std::numeric_limits<std::uint64_t>::max()), "18446744 TB");
}

}  // namespace
}  // namespace proxy
