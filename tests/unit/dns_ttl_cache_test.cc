// What is remembered, until when, and how much of it.
#include <gtest/gtest.h>

#include <string>

#include "tlscore/dns/ttl_cache.h"

namespace tlscore::dns {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

const sys_seconds kBegin{seconds(1000)};

TEST(DnsTtlCache, KeepsUntilTheEnd) {
  TtlCache<std::string, int> cache(4);
  cache.keep("a", 1, kBegin + seconds(10));
  EXPECT_EQ(cache.find("a", kBegin), 1);
  EXPECT_EQ(cache.find("a", kBegin + seconds(9)), 1);
  EXPECT_EQ(cache.find("a", kBegin + seconds(10)), std::nullopt);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(cache.find("b", kBegin), std::nullopt);
}

TEST(DnsTtlCache, TheNewestCounts) {
  TtlCache<std::string, int> cache(4);
  cache.keep("a", 1, kBegin + seconds(10));
  cache.keep("a", 2, kBegin + seconds(5));
  EXPECT_EQ(cache.find("a", kBegin), 2);
  EXPECT_EQ(cache.find("a", kBegin + seconds(5)), std::nullopt);
}

TEST(DnsTtlCache, TheLongestUnusedGoesFirst) {
  TtlCache<std::string, int> cache(2);
  cache.keep("a", 1, kBegin + seconds(10));
  cache.keep("b", 2, kBegin + seconds(10));
  EXPECT_EQ(cache.find("a", kBegin), 1);
  cache.keep("c", 3, kBegin + seconds(10));
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(cache.find("a", kBegin), 1);
  EXPECT_EQ(cache.find("b", kBegin), std::nullopt);
}

}  // namespace
}  // namespace tlscore::dns
