// The string types of X.520 as UTF-8, and UTF-8 made fit for one line of a log or a page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tlscore/base/bytes.h"

namespace tlscore::x509 {

/// The text of an ASN.1 string as UTF-8. T61String is read as Latin-1, as everybody does. Nothing where the
/// type is no string, or its octets are not what the type allows.
[[nodiscard]] std::optional<std::string> decode_string(std::uint8_t tag, ByteView contents);

/// The same text with every control character, line separator and change of writing direction written as
/// "\XX", the hexadecimal octets of RFC 4514, section 2.4, so that no certificate can forge a line or hide a
/// part of one. Octets that are not UTF-8 are written so as well.
[[nodiscard]] std::string escape_controls(std::string_view text);

/// What two attribute values are compared by (RFC 5280, section 7.1, for ASCII): lower case, no space at the
/// ends, one space inside.
[[nodiscard]] std::string fold_for_comparison(std::string_view text);

}  // namespace tlscore::x509
