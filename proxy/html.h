// HTML in our look: one small style, no script, nothing loaded from anywhere.
#pragma once

#include <string>
#include <string_view>

#include "proxy/page.h"

namespace proxy {

/// `& < > " '` as references, and control characters as '?': text from outside, made safe to show.
[[nodiscard]] std::string escape_html(std::string_view text);

/// A whole page around `main`, which is HTML; `title` is escaped here. Its Content-Security-Policy allows the
/// style, by its hash, and nothing else. Light and dark, readable on a phone.
[[nodiscard]] Page make_html_page(int status, std::string_view title, std::string_view main);

}  // namespace proxy
