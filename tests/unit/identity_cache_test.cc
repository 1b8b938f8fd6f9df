// What a token has shown is shown again, and not for ever.
#include "proxy/identity_cache.h"

#include <gtest/gtest.h>

#include "tests/unit/seeded_ed25519_key.h"

namespace proxy {
namespace {

using namespace std::chrono_literals;
using Time = IdentityCache::Time;

IdentityCache::Identity identity() {
  return std::make_shared<tlscore::tls::Identity>(
      tlscore::tls::Identity{.chain = {}, .key = tlscore::x509::SeededEd25519Key().public_key()});
}

TEST(IdentityCache, WhatWasKeptIsFoundUnderItsName) {
  IdentityCache cache;
  const auto shown = identity();
  cache.keep("a", shown, Time(100h));
  EXPECT_EQ(cache.find("a", Time(100h)), shown);
  EXPECT_EQ(cache.find("a", Time(106h - 1s)), shown);
  EXPECT_EQ(cache.find("b", Time(100h)), nullptr);
}

TEST(IdentityCache, AfterSixHoursItIsLookedForAgain) {
  IdentityCache cache;
  cache.keep("a", identity(), Time(100h));
  EXPECT_EQ(cache.find("a", Time(106h)), nullptr);
  const auto later = identity();
  cache.keep("a", later, Time(106h));
  EXPECT_EQ(cache.find("a", Time(111h)), later);
}

TEST(IdentityCache, AClockThatWasSetBackKeepsNothingAlive) {
  IdentityCache cache;
  cache.keep("a", identity(), Time(100h));
  EXPECT_EQ(cache.find("a", Time(99h)), nullptr);
}

TEST(IdentityCache, ItIsBounded) {
  IdentityCache cache;
  for (std::size_t i = 0; i <= IdentityCache::kMost; ++i) cache.keep(std::to_string(i), identity(), Time(1h));
  EXPECT_EQ(cache.find("0", Time(1h)), nullptr);
  EXPECT_NE(cache.find(std::to_string(IdentityCache::kMost), Time(1h)), nullptr);
}

TEST(IdentityCache, WhatIsClearedIsGone) {
  IdentityCache cache;
  cache.keep("a", identity(), Time(1h));
  cache.clear();
  EXPECT_EQ(cache.find("a", Time(1h)), nullptr);
}

}  // namespace
}  // namespace proxy
