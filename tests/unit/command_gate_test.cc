// How `latchkey gate` shares what it finds.
#include "proxy/command_gate.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using tlscore::Result;

Result<CacheConfig> cache_of(std::vector<std::pair<std::string, std::string>> values) {
  ParsedArguments parsed;
  parsed.values = std::move(values);
  return gate_cache_from_options(parsed);
}

void expect_refusal(const Result<CacheConfig>& cache, std::string_view words) {
  ASSERT_FALSE(cache.has_value());
  EXPECT_EQ(cache.error().kind, tlscore::ErrorKind::Malformed);
  EXPECT_TRUE(cache.error().message.contains(words)) << cache.error().message;
}

TEST(CommandGate, SharesNothingUnlessItIsTold) {
  EXPECT_TRUE(cache_of({}).value().memcached.empty());
}

TEST(CommandGate, SharesThroughTheServersOfARealm) {
  const CacheConfig cache = cache_of({{"--memcached", "127.0.0.1:11211"},
                                      {"--memcached", "cache.example:11212"},
                                      {"--realm", "office"},
                                      {"--secret", "realm.secret"}})
                                .value();
  EXPECT_EQ(cache.memcached, (std::vector<ServerAddress>{{"127.0.0.1", 11211}, {"cache.example", 11212}}));
  EXPECT_EQ(cache.realm, "office");
  EXPECT_EQ(cache.secret, "realm.secret");
}

TEST(CommandGate, RefusesWhatIsNoServerAndHalfARealm) {
  expect_refusal(cache_of({{"--memcached", "127.0.0.1"}}), "--memcached 127.0.0.1 ");
  expect_refusal(cache_of({{"--memcached", "a:1"}, {"--realm", "office"}}), "stand together");
  expect_refusal(cache_of({{"--memcached", "a:1"}, {"--secret", "file"}}), "stand together");
  expect_refusal(cache_of({{"--realm", "office"}, {"--secret", "file"}}), "without --memcached");
}

}  // namespace
}  // namespace proxy
