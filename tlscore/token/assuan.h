// Lines of the Assuan protocol, as far as talking to a pinentry needs it (libassuan's manual, "Server
// responses").
//
// Pure: no pipes here, so tests and the fuzzer call it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tlscore/base/result.h"
#include "tlscore/base/secret.h"

namespace tlscore::token {

/// No line is longer, its line feed not counted.
inline constexpr std::size_t kMaxAssuanLineBytes = 1000;

enum class AssuanResponse : std::uint8_t {
  Ok,       ///< The request succeeded.
  Error,    ///< It did not; `code` says why.
  Data,     ///< A piece of the result, percent-encoded.
  Inquire,  ///< The server asks something back.
  Other,    ///< Status lines and comments: not for us.
};

struct AssuanLine {
  AssuanResponse response = AssuanResponse::Other;
  std::uint32_t code = 0;  ///< Of an Error; the low 16 bits are libgpg-error's.
  std::string_view rest;   ///< Of Data: what to decode. Borrowed from the line.
};

/// Reads a line without its line feed. Fails with Malformed for a keyword that no server may send.
[[nodiscard]] Result<AssuanLine> parse_assuan_line(std::string_view line);

/// Appends what `data` stands for to `secret`. Fails with Malformed for a broken %-sequence, and with
/// TooLarge.
Result<void> decode_assuan_data(std::string_view data, Secret& secret);

/// `text` as an argument in a line: `%`, line ends and every other control character as %XX.
[[nodiscard]] std::string encode_assuan_text(std::string_view text);

}  // namespace tlscore::token
