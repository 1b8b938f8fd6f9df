// Text from outside without the characters that a terminal or a browser would obey.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

/// Every control character (C0, DEL, and C1 in UTF-8) becomes '?'; lengths in octets stay.
[[nodiscard]] std::string visible_text(std::string_view text);

}  // namespace proxy
