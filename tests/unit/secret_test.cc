// A secret's page: locked, left out of cores, wiped.
#include "tlscore/base/secret.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "tlscore/base/call_filter.h"

namespace tlscore {
namespace {

Secret secret(std::string_view text) {
  Secret made;
  for (const char c : text) EXPECT_TRUE(made.append(c).has_value());
  return made;
}

/// The flags that the kernel has for the memory there (proc(5), smaps: VmFlags).
std::string flags_at(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool is_it = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    if (words >> std::hex >> begin >> dash >> end && dash == '-') is_it = begin <= wanted && wanted < end;
    if (is_it && line.starts_with("VmFlags:")) return line + " ";
  }
  return "";
}

TEST(Secret, StaysInMemoryAndOutOfCores) {
  const Secret pin = secret("123456");
  const std::string flags = flags_at(pin.reveal().data());
  EXPECT_TRUE(flags.contains(" dd ")) << "dumped: " << flags;
  if (!can_forbid_calls()) GTEST_SKIP() << "a sanitizer's runtime locks nothing";
  EXPECT_TRUE(flags.contains(" lo ")) << "not locked: " << flags;
}

TEST(Secret, KeepsNothingOfWhatWasTakenBack) {
  Secret pin = secret("123456");
  const char* const page = pin.reveal().data();
  pin.remove_last();
  EXPECT_EQ(pin.reveal(), "12345");
  EXPECT_EQ(page[5], '\0');
  pin.clear();
  EXPECT_TRUE(pin.empty());
  for (std::size_t i = 0; i < Secret::kMaxBytes; ++i) EXPECT_EQ(page[i], '\0') << i;
}

TEST(Secret, IsInOnePlaceAfterAMove) {
  Secret first = secret("123456");
  const Secret second = std::move(first);
  EXPECT_EQ(second.reveal(), "123456");
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): it is told to be empty
}

TEST(Secret, RefusesMoreThanItHolds) {
  Secret full = secret(std::string(Secret::kMaxBytes, 'x'));
  EXPECT_EQ(full.append('x').error().kind, ErrorKind::TooLarge);
  EXPECT_EQ(full.size(), Secret::kMaxBytes);
}

}  // namespace
}  // namespace tlscore
