// The style, the script and the icon of the status page, which are files of their own: its policy allows
// nothing inline.
#pragma once

#include <string_view>

namespace proxy {

/// `/status.css`. Light and dark, from 320 px on, tables as cards where they would not fit.
[[nodiscard]] std::string_view status_style();

/// `/status.js`. Keeps the page as it is now, by `/events`, without losing focus, scroll or what is folded
/// open; and sends the forms without leaving the page. The page is whole without it.
[[nodiscard]] std::string_view status_script();

/// `/icon.svg`: a key.
[[nodiscard]] std::string_view status_icon();

}  // namespace proxy
