// Canonical S-expressions, in which gpg-agent writes public keys and signatures:
// "(7:sig-val(3:rsa(1:s2:..)))".
//
// Pure, so tests and the fuzzer call it. Only what gpg-agent's answers need: lists and octet strings, no
// display hints.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace openpgp_auth {

/// An octet string, or a list. Owns what is in it.
struct SExpression {
  bool is_list = false;
  tlscore::Bytes octets{};           ///< Of a string.
  std::vector<SExpression> items{};  ///< Of a list.

  /// The list in this list, at any depth of `names`, that begins with those names one after the other:
  /// find({"rsa", "n"}) of (public-key (rsa (n ..)(e ..))). Null when there is none.
  [[nodiscard]] const SExpression* find(std::initializer_list<std::string_view> names) const;
  /// The octets behind the name in a list of two: ".." of (n ..). Nothing for anything else.
  [[nodiscard]] std::optional<tlscore::ByteView> value() const;
};

/// Reads a whole expression. Fails with Malformed, also for octets behind it; with TooLarge for more than 16
/// KiB, and for lists more than 8 deep.
[[nodiscard]] tlscore::Result<SExpression> parse_s_expression(tlscore::ByteView octets);

}  // namespace openpgp_auth
