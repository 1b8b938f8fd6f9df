// TOML text into tables, by toml++, kept from what would end the process. Not for including toml++ directly.
#pragma once

#include <string_view>

#include "tlscore/base/result.h"

// toml++ 3.3 asserts that a table's name begins well, and complains of it in the lines that follow: without
// this, `[!]` in the file would end the process. With NDEBUG the same line would be undefined behaviour.
#ifdef NDEBUG
#error "toml++ would take for granted what a file can break"
#endif
#define TOML_ASSERT(expression) static_cast<void>(0)

#include <toml++/toml.h>

namespace proxy {

/// The file's tables; `file` is for messages.
///
/// Fails with Malformed and `FILE:LINE: ...` where the text is no TOML 1.0, on text in three quotes, which no
/// key here needs, and on single quotes around what is not ASCII. A byte order mark is skipped.
[[nodiscard]] tlscore::Result<toml::table> parse_toml(std::string_view text, std::string_view file);

/// `FILE:LINE: `, where something stands.
[[nodiscard]] std::string where(std::string_view file, const toml::source_region& region);

/// `text` for a message that may be shown on a terminal: all but printable ASCII becomes `?`.
[[nodiscard]] std::string plain(std::string_view text);

}  // namespace proxy
