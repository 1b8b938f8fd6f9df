// Octets: the types that carry them, and the few conversions everybody needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/result.h"

namespace tlscore {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The octets of a string. Borrows; no copy.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Octets as text, as they are: neither checked nor ended by NUL. Borrows; no copy.
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline Bytes to_bytes(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

/// Lower-case hexadecimal, two digits an octet.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// Reads hexadecimal of either case. Fails with Malformed on an odd length or any other character.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

/// RFC 4648 section 4 base64, padded.
[[nodiscard]] std::string to_base64(ByteView bytes);

/// Reads padded base64 of RFC 4648 section 4; nothing but the alphabet and final padding is allowed.
/// Fails with Malformed on anything else, non-zero trailing bits included.
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

/// Compares in a time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

/// True when both are the same but for the case of ASCII letters.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

/// ASCII letters to lower case; everything else as it is.
[[nodiscard]] std::string to_lower(std::string_view text);

}  // namespace tlscore
