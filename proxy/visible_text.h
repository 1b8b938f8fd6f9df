// Text from outside without the characters that a terminal or a browser would obey.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

/// Every control character (C0, DEL, and C1 in UTF-8), and every one that turns the direction of a text or
/// breaks its line (U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069), becomes '?'; lengths in
/// octets stay, so that some become several.
[[nodiscard]] std::string visible_text(std::string_view text);

}  // namespace proxy
