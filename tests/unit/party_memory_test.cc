// What is remembered is of one destination and one key, and is gone when it is to be.
#include "proxy/party_memory.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

TEST(PartyMemory, LimitsOneDestinationWithOneKey) {
  PartyMemory memory;
  memory.limit_to_tls12("party.example:443", "aa", "no PSS");
  ASSERT_NE(memory.tls12_reason("party.example:443", "aa"), nullptr);
  EXPECT_EQ(*memory.tls12_reason("party.example:443", "aa"), "no PSS");
  EXPECT_EQ(memory.tls12_reason("party.example:443", "bb"), nullptr);
  EXPECT_EQ(memory.tls12_reason("party.example:444", "aa"), nullptr);
  EXPECT_EQ(memory.tls12_reason("other.example:443", "aa"), nullptr);
}

TEST(PartyMemory, ForgetsEverything) {
  PartyMemory memory;
  memory.limit_to_tls12("party.example:443", "aa", "no PSS");
  const auto begun = memory.sessions().generation();
  memory.forget();
  EXPECT_NE(memory.sessions().generation(), begun) << "sessions too, also those that are still to come";
  EXPECT_EQ(memory.tls12_reason("party.example:443", "aa"), nullptr);
}

TEST(PartyMemory, IsBounded) {
  PartyMemory memory;
  for (std::size_t i = 0; i < PartyMemory::kMaxLimits + 10; ++i)
    memory.limit_to_tls12("host" + std::to_string(i) + ".example:443", "aa", "no PSS");
  EXPECT_EQ(memory.limits().size(), PartyMemory::kMaxLimits);
  EXPECT_NE(memory.tls12_reason("host0.example:443", "aa"), nullptr);
}

}  // namespace
}  // namespace proxy
