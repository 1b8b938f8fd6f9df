// The assessor "pin": the peer's own key is one of those that the user wrote down.
#pragma once

#include <span>

#include "tlscore/judge/assessor.h"

namespace tlscore::judge {

/// Looks at the key of the first certificate only, and neither at names nor at dates. Absent when there are
/// no pins.
class PinAssessor final : public Assessor {
 public:
  /// Each pin is the base64 of the SHA-256 of a SubjectPublicKeyInfo (as in RFC 7469, section 2.4). Fails
  /// with Malformed, naming the pin.
  static Result<std::unique_ptr<PinAssessor>> create(std::span<const std::string> pins);

  [[nodiscard]] std::string_view name() const override { return "pin"; }
  [[nodiscard]] Task<Finding> assess(const Presented& presented, Cancel& cancel) override;

  /// The same without a loop: it never waits.
  [[nodiscard]] Finding assess_now(const Presented& presented) const;

 private:
  explicit PinAssessor(std::vector<Bytes> pins) : m_pins(std::move(pins)) {}

  std::vector<Bytes> m_pins;
};

}  // namespace tlscore::judge
