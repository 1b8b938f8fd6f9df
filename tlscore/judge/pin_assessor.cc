// Pins are compared in constant time, every one of them: a pin is a secret of nobody, but it costs nothing.
#include "tlscore/judge/pin_assessor.h"

namespace tlscore::judge {
namespace {

constexpr std::size_t kSha256Bytes = 32;
constexpr std::size_t kMaxShownCharacters = 64;

}  // namespace

Result<std::unique_ptr<PinAssessor>> PinAssessor::create(std::span<const std::string> pins) {
  std::vector<Bytes> digests;
  for (const std::string& pin : pins) {
    auto digest = from_base64(pin);
    if (!digest || digest->size() != kSha256Bytes) {
      return fail(ErrorKind::Malformed, "the pin \"" + pin.substr(0, kMaxShownCharacters) +
                                            "\" is not the base64 of a SHA-256 digest (44 characters)");
    }
    digests.push_back(std::move(*digest));
  }
  return std::unique_ptr<PinAssessor>(new PinAssessor(std::move(digests)));
}

Task<Finding> PinAssessor::assess(const Presented& presented, Cancel& /*cancel*/) {
  co_return assess_now(presented);
}

Finding PinAssessor::assess_now(const Presented& presented) const {
  constexpr auto kNever = std::chrono::sys_seconds::max();
  const auto fail_until = presented.now + kFailLifetime;
  if (m_pins.empty()) return {"pin", Verdict::Absent, "no pin is set", kNever};
  if (!presented.key) return {"pin", Verdict::Fail, "no certificate was presented", fail_until};
  const Bytes presented_digest = presented.key->spki_sha256();
  bool is_pinned = false;
  for (const Bytes& pin : m_pins) is_pinned |= equal_in_constant_time(pin, presented_digest);
  if (is_pinned) return {"pin", Verdict::Pass, "its key is pinned", kNever};
  return {"pin", Verdict::Fail, "its key (" + to_base64(presented_digest) + ") is not one of the pinned keys",
          fail_until};
}

}  // namespace tlscore::judge
