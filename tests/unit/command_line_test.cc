// How the subcommands read their arguments.
#include "proxy/command_line.h"

#include <gtest/gtest.h>

#include <array>

namespace proxy {
namespace {

constexpr auto kFlags = std::to_array<std::string_view>({"--json"});
constexpr auto kOptions = std::to_array<std::string_view>({"--config"});

TEST(CommandLine, ReadsFlagsOptionsAndTheRest) {
  constexpr auto kArguments = std::to_array<const char*>({"a", "--json", "--config", "x", "--config=y", "b"});
  const auto parsed = parse_arguments(kArguments, kFlags, kOptions);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_TRUE(parsed->has("--json"));
  EXPECT_EQ(parsed->value("--config"), "y");
  EXPECT_EQ(parsed->rest, (std::vector<std::string>{"a", "b"}));
}

TEST(CommandLine, TakesNoOptionAfterTwoDashes) {
  constexpr auto kArguments = std::to_array<const char*>({"--", "--json", "--unknown"});
  const auto parsed = parse_arguments(kArguments, kFlags, kOptions);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_FALSE(parsed->has("--json"));
  EXPECT_EQ(parsed->rest.size(), 2U);
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  constexpr auto kUnknown = std::to_array<const char*>({"--jsno"});
  EXPECT_FALSE(parse_arguments(kUnknown, kFlags, kOptions).has_value());
  constexpr auto kValued = std::to_array<const char*>({"--json=1"});
  EXPECT_FALSE(parse_arguments(kValued, kFlags, kOptions).has_value());
  constexpr auto kMissing = std::to_array<const char*>({"--config"});
  EXPECT_FALSE(parse_arguments(kMissing, kFlags, kOptions).has_value());
}

TEST(CommandLine, AlwaysKnowsHelp) {
  constexpr auto kArguments = std::to_array<const char*>({"--help"});
  EXPECT_TRUE(parse_arguments(kArguments, {}, {})->has("--help"));
}

}  // namespace
}  // namespace proxy
