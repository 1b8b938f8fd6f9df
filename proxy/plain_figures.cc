// Rounding.
#include "proxy/plain_figures.h"

#include <array>
#include <string_view>

namespace proxy {
namespace {

std::string counted(std::int64_t count, std::string_view unit) {
  return std::to_string(count) + " " + std::string(unit) + (count == 1 ? "" : "s");
}

}  // namespace

std::string age_text(std::chrono::seconds age) {
  using namespace std::chrono_literals;
  constexpr std::chrono::seconds kDay = 24h;
  constexpr std::int64_t kTen = 10;
  if (age < 10s) return "a few seconds";
  if (age < 1min) return counted(age / 10s * kTen, "second");
  if (age < 1h) return counted(age / 1min, "minute");
  if (age < kDay) return counted(age / 1h, "hour");
  return counted(age / kDay, "day");
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits{"kB", "MB", "GB", "TB"};
  constexpr std::uint64_t kStep = 1000;
  constexpr std::uint64_t kTenth = kStep / 10;
  if (bytes < kStep) return counted(static_cast<std::int64_t>(bytes), "byte");
  std::size_t unit = 0;
  while (bytes / kStep >= kStep && unit + 1 < kUnits.size()) {
    bytes /= kStep;
    ++unit;
  }
  std::string text = std::to_string(bytes / kStep);
  if (text.size() == 1) text += "." + std::to_string(bytes % kStep / kTenth);
  return text + " " + std::string(kUnits.at(unit));
}

}  // namespace proxy
