// Gathers the octets of one header block, start line to empty line, and refuses what must not reach a parser.
//
// A parser that is lenient somewhere (Boost.Beast joins folded lines) reads a message differently from
// another one that is not, and that difference is how requests are smuggled. So the line structure is judged
// here, on the raw octets, as they come: a client that sends a bare LF learns so at once and not when it has
// waited long enough.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace proxy {

struct HttpLimits {
  std::size_t header_bytes = 64UL * 1024;  ///< Start line, fields and empty line together.
  std::size_t header_fields = 200;
};

class HttpHeaderBlock {
 public:
  explicit HttpHeaderBlock(HttpLimits limits = {}) : m_limits(limits) {}

  /// Takes octets until the block is whole and returns how many it took: all of `input`, or less once
  /// `whole()`.
  ///
  /// One empty line before the start line is dropped (RFC 9112, section 2.2). Fails with TooLarge beyond the
  /// limits, and with Malformed on a CR without LF, an LF without CR, any other control character but HTAB, a
  /// line that begins with white space (obs-fold, or white space before the first field), a second empty line
  /// at the front. After a failure the object must not be fed again.
  tlscore::Result<std::size_t> feed(tlscore::ByteView input);

  [[nodiscard]] bool whole() const { return m_whole; }
  /// True from the end of the start line on.
  [[nodiscard]] bool has_start_line() const { return m_start_line_bytes != 0; }
  /// The start line without its CRLF; empty before `has_start_line()`.
  [[nodiscard]] std::string_view start_line() const {
    return std::string_view(m_text).substr(0, m_start_line_bytes);
  }
  /// What has come, line ends included.
  [[nodiscard]] const std::string& text() const { return m_text; }

 private:
  tlscore::Result<void> take(char c);
  tlscore::Result<void> end_line();

  HttpLimits m_limits;
  std::string m_text;
  std::size_t m_line_start = 0;        // in m_text
  std::size_t m_start_line_bytes = 0;  // 0: not there yet; a start line is never empty
  std::size_t m_fields = 0;
  bool m_dropped_empty_line = false;
  bool m_whole = false;
};

}  // namespace proxy
