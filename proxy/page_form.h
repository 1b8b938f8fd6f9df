// What a form of one of our own pages sends: application/x-www-form-urlencoded (URL Standard, section 5.1).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tlscore/base/result.h"

namespace proxy {

/// Names and values, decoded.
using PageForm = std::map<std::string, std::string>;

inline constexpr std::size_t kMaxFormBytes = 4096;
inline constexpr std::size_t kMaxFormFields = 16;

/// Reads a whole body. Stricter than a browser has to be served: fails with TooLarge over kMaxFormBytes or
/// kMaxFormFields, and with Malformed on a name that is empty or comes twice, a '%' without two hexadecimal
/// digits, and anything but printable ASCII, before or after decoding.
[[nodiscard]] tlscore::Result<PageForm> parse_page_form(std::string_view body);

/// The value of that name, or an empty one.
[[nodiscard]] std::string form_value(const PageForm& form, const std::string& name);

}  // namespace proxy
